//! The text of an HTML body: what a reader of the mail sees, without markup, styles, links' targets and images. Bounded
//! before it is parsed, since nesting costs stack and time.

use html2text::render::TextDecorator;

use crate::{conversation::RawText, service::limits};

/// Wider than any line, so that no number is broken over two.
const WIDTH: usize = 1 << 20;

/// Elements that have no end tag, or may leave it out (HTML Living Standard, 13.1.2): they do not nest.
const UNNESTED: [&str; 30] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "rp", "rt",
    "frame",
];

/// The text of an HTML body. `None`: it is nested too deeply, holds too many tags, or cannot be rendered.
pub(super) fn to_text(markup: &RawText) -> Option<String> {
    if !within_bounds(markup.expose()) {
        return None;
    }
    let config = html2text::config::with_decorator(Bare).raw_mode(true).allow_width_overflow();
    config.string_from_read(markup.expose().as_bytes(), WIDTH).ok()
}

/// Whether the tags are few and not deep. Counts what looks like a tag, so that a broken page is counted high.
fn within_bounds(markup: &str) -> bool {
    let (mut depth, mut tags) = (0usize, 0usize);
    for tag in markup.split('<').skip(1) {
        let closing = tag.starts_with('/');
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).take(16).collect();
        if closing {
            depth = depth.saturating_sub(1);
        } else if !name.is_empty() && !UNNESTED.contains(&name.to_ascii_lowercase().as_str()) {
            depth += 1;
        }
        tags += 1;
        if depth > limits::HTML_DEPTH_MAX || tags > limits::HTML_TAGS_MAX {
            return false;
        }
    }
    true
}

/// Adds nothing to the text but what tells words apart: `> ` before quoted lines, as in plain mail, and list marks.
#[derive(Clone, Copy, Debug)]
struct Bare;

impl TextDecorator for Bare {
    type Annotation = ();

    fn decorate_link_start(&mut self, _url: &str) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_link_end(&mut self) -> String {
        String::new()
    }

    fn decorate_em_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_em_end(&self) -> String {
        String::new()
    }

    fn decorate_strong_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_strong_end(&self) -> String {
        String::new()
    }

    fn decorate_strikeout_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }

    fn decorate_code_start(&self) -> (String, ()) {
        (String::new(), ())
    }

    fn decorate_code_end(&self) -> String {
        String::new()
    }

    fn decorate_preformat_first(&self) {}

    fn decorate_preformat_cont(&self) {}

    fn decorate_image(&mut self, _source: &str, _title: &str) -> (String, ()) {
        (String::new(), ())
    }

    fn header_prefix(&self, _level: usize) -> String {
        String::new()
    }

    fn quote_prefix(&self) -> String {
        "> ".to_owned()
    }

    fn unordered_item_prefix(&self) -> String {
        "* ".to_owned()
    }

    fn ordered_item_prefix(&self, number: i64) -> String {
        format!("{number}. ")
    }

    fn make_subblock_decorator(&self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markup: &str, text: &str) {
        assert_eq!(to_text(&RawText::from(markup)).as_deref(), Some(text), "{markup}");
    }

    #[test]
    fn what_a_reader_sees_remains() {
        check("<p>My order is <b>late</b>.</p><p>Bye</p>", "My order is late.\n\nBye\n");
        check("<style>p{color:red}</style><script>x()</script>Hello", "Hello\n");
        check("<a href=\"mailto:jo@example.com\">write</a>", "write\n");
        check("New<blockquote>Old</blockquote>", "New\n\n> Old\n");
        check("<ul><li>one</li></ul><img src=\"cid:1\" alt=\"jo.png\">", "* one\n");
        check("a&amp;b &eacute;<br>c", "a&b é\nc\n");
        check("<table><tr><td>Card</td><td>4111</td></tr></table>", "Card\n4111\n");
        check(&"word ".repeat(400), &format!("{}\n", "word ".repeat(400).trim_end()));
    }

    #[test]
    fn nesting_at_the_limit_is_rendered_and_one_more_is_not() {
        let nested = |depth: usize| RawText::new(format!("{}x{}", "<div>".repeat(depth), "</div>".repeat(depth)));
        assert_eq!(to_text(&nested(limits::HTML_DEPTH_MAX)).as_deref(), Some("x\n"));
        assert_eq!(to_text(&nested(limits::HTML_DEPTH_MAX + 1)), None);
    }

    #[test]
    fn tags_at_the_limit_are_rendered_and_one_more_is_not() {
        let tags = |count: usize| RawText::new("a<br>".repeat(count));
        assert!(to_text(&tags(limits::HTML_TAGS_MAX)).is_some());
        assert_eq!(to_text(&tags(limits::HTML_TAGS_MAX + 1)), None);
    }
}
