//! JavaScript made a little smaller: comments on lines of their own, indentation and empty lines
//! are left out. Everything else stays, so no program can change its meaning by it, as long as
//! none has text over several lines that depends on its indentation.

use anyhow::{Result, bail};

pub(super) fn smaller(source: &str) -> Result<String> {
    let mut kept = String::with_capacity(source.len());
    let mut in_comment = false;
    for line in source.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = match line.split_once("*/") {
                None => true,
                Some((_, "")) => false,
                Some((_, code)) => bail!("code behind the end of a comment: {code}"),
            };
        } else if !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    if in_comment {
        bail!("a comment without an end");
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_left_out() {
        let source =
            "// One.\n/** Two\n * three. */\nlet a = \"https://x\";\n\n  /* Four. */\n  a();\n";
        assert_eq!(smaller(source).unwrap(), "let a = \"https://x\";\na();\n");
    }

    #[test]
    fn a_comment_behind_code_is_kept() {
        assert_eq!(smaller("  a(); // why").unwrap(), "a(); // why\n");
    }

    #[test]
    fn code_behind_a_comment_is_refused() {
        let error = smaller("/* why */ a();").unwrap_err();
        assert_eq!(error.to_string(), "code behind the end of a comment:  a();");
    }

    #[test]
    fn an_open_comment_is_refused() {
        assert_eq!(
            smaller("/* why").unwrap_err().to_string(),
            "a comment without an end"
        );
    }
}
