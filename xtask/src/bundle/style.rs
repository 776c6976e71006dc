//! One stylesheet out of `style/*.css`, made a little smaller.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// These come first, because the others build on them. The rest follows by name.
const FIRST: [&str; 2] = ["tokens.css", "base.css"];

pub(super) fn joined(folder: &Path) -> Result<String> {
    let mut names = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "css")
        {
            names.push(name);
        }
    }
    let mut sheet = String::new();
    for name in in_order(names) {
        let path = folder.join(&name);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        sheet.push_str(&smaller(&text).with_context(|| path.display().to_string())?);
    }
    Ok(sheet)
}

fn in_order(mut names: Vec<String>) -> Vec<String> {
    names.sort_by_key(|name| {
        let place = FIRST
            .iter()
            .position(|first| first == name)
            .unwrap_or(FIRST.len());
        (place, name.clone())
    });
    names
}

/// Drops comments and the white space that means nothing. Strings are kept as they are.
fn smaller(css: &str) -> Result<String> {
    let mut kept = String::with_capacity(css.len());
    let mut depth = 0_usize;
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            let (_, after) = comment
                .split_once("*/")
                .context("a comment without an end")?;
            space(&mut kept);
            rest = after;
        } else if next == '"' || next == '\'' {
            let end = end_of_string(rest, next).context("a string without an end")?;
            kept.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if next.is_ascii_whitespace() {
            space(&mut kept);
            rest = &rest[1..];
        } else {
            if matches!(next, '{' | '}' | ';' | ',') && kept.ends_with(' ') {
                kept.pop();
            }
            if next == '}' && kept.ends_with(';') {
                kept.pop();
            }
            match next {
                '{' => depth += 1,
                '}' => depth = depth.checked_sub(1).context("a } without its {")?,
                _ => {}
            }
            kept.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    if depth > 0 {
        bail!("a {{ without its }}");
    }
    Ok(kept.trim_end().to_owned())
}

/// One space, unless what stands before makes it needless.
fn space(kept: &mut String) {
    if !kept.is_empty() && !kept.ends_with([' ', '{', '}', ';', ',', ':']) {
        kept.push(' ');
    }
}

/// The length of the string that `text` begins with, quotes included.
fn end_of_string(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        if !escaped && character == quote {
            return Some(index + 1);
        }
        escaped = !escaped && character == '\\';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_base_come_first_and_the_rest_by_name() {
        let names = ["qr.css", "base.css", "amount.css", "tokens.css"].map(str::to_owned);
        assert_eq!(
            in_order(names.to_vec()),
            ["tokens.css", "base.css", "amount.css", "qr.css"]
        );
    }

    #[test]
    fn white_space_and_comments_that_mean_nothing_are_left_out() {
        let css = "/* Why. */\n.a  .b:not(.c) ,\n.d > .e {\n  margin: 0 auto;\n  color: red;\n}\n\n@media (min-width: 40em) and (hover) {\n .a { width: calc(1px + 2px) }\n}\n";
        assert_eq!(
            smaller(css).unwrap(),
            ".a .b:not(.c),.d > .e{margin:0 auto;color:red}@media (min-width:40em) and (hover){.a{width:calc(1px + 2px)}}"
        );
    }

    #[test]
    fn strings_are_kept_as_they_are() {
        let css = r#".a::before { content: " /* \" ; } " } .b { content: '{' }"#;
        assert_eq!(
            smaller(css).unwrap(),
            r#".a::before{content:" /* \" ; } "}.b{content:'{'}"#
        );
    }

    #[test]
    fn an_open_comment_is_refused() {
        assert_eq!(
            smaller(".a { } /* b").unwrap_err().to_string(),
            "a comment without an end"
        );
    }

    #[test]
    fn an_open_block_is_refused() {
        assert_eq!(
            smaller(".a {").unwrap_err().to_string(),
            "a { without its }"
        );
    }
}
