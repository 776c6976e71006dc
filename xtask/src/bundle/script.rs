//! JavaScript made a little smaller: comments on lines of their own, indentation and empty lines
//! are left out, and in plain lines what stands between words and punctuation. A line with anything
//! in it that would have to be read first, a template, a regular expression, a comment, is not
//! plain. So no program can change its meaning by it, as long as none has text over several lines
//! that depends on its indentation.

use anyhow::{Result, bail};

/// Beside these a space means nothing. Beside signs it may: `a + +b`.
const PUNCTUATION: [char; 14] = [
    '=', '{', '}', '(', ')', '?', ':', ';', ',', '&', '|', '<', '>', '!',
];

/// After these the end of a line means nothing.
const UNFINISHED: [char; 4] = ['{', '(', ',', ';'];

pub(super) fn smaller(source: &str) -> Result<String> {
    let mut kept = String::with_capacity(source.len());
    let mut in_comment = false;
    let mut in_template = false;
    for line in source.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = match line.split_once("*/") {
                None => true,
                Some((_, "")) => false,
                Some((_, code)) => bail!("code behind the end of a comment: {code}"),
            };
        } else if !line.is_empty() && !line.starts_with("//") {
            if in_template || line.contains(['`', '\'', '/', '\\']) {
                kept.push_str(line);
                kept.push('\n');
            } else {
                squeeze(line, &mut kept);
                if !line.ends_with(UNFINISHED) {
                    kept.push('\n');
                }
            }
            in_template ^= line.matches('`').count() % 2 == 1;
        }
    }
    if in_comment {
        bail!("a comment without an end");
    }
    if !kept.ends_with('\n') {
        kept.push('\n');
    }
    Ok(kept)
}

/// Every second part between quotes is text.
fn squeeze(line: &str, kept: &mut String) {
    for (index, part) in line.split('"').enumerate() {
        if index > 0 {
            kept.push('"');
        }
        if index % 2 == 1 {
            kept.push_str(part);
            continue;
        }
        for character in part.chars() {
            if PUNCTUATION.contains(&character) && kept.ends_with(' ') {
                kept.pop();
            }
            if character != ' ' || !kept.ends_with(PUNCTUATION) {
                kept.push(character);
            }
        }
    }
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
    fn plain_lines_lose_what_means_nothing_in_them() {
        let source = "if (a && b) {\n  c = { d: \" = e\" };\n}\nreturn f + +g ? h : i\nj()\n";
        assert_eq!(
            smaller(source).unwrap(),
            "if(a&&b){c={d:\" = e\"};}\nreturn f + +g?h:i\nj()\n"
        );
    }

    #[test]
    fn templates_expressions_and_comments_keep_what_is_in_them() {
        let source =
            "a(`\n  :host { b: c }\n`);\nd = / , /;\ne = 'f : g';\nh(); // i = j,\nk = 1;\n";
        assert_eq!(
            smaller(source).unwrap(),
            "a(`\n:host { b: c }\n`);\nd = / , /;\ne = 'f : g';\nh(); // i = j,\nk=1;\n"
        );
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
