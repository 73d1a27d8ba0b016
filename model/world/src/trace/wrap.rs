//! Lines of a bounded width: broken between words, and in a query before its next parameter.

/// Breaks a text into lines of at most so many characters.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let have = lines.last().map_or(0, |line| line.chars().count());
        let length = piece.trim_end().chars().count();
        if have > 0 && have + length > width {
            lines.push(String::new());
        }
        let mut rest = piece;
        // No place to break: it is cut where the line is full.
        while rest.trim_end().chars().count() > width {
            let at = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
            let (head, tail) = rest.split_at(at);
            push(&mut lines, head);
            lines.push(String::new());
            rest = tail;
        }
        push(&mut lines, rest);
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

fn push(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(text);
    }
}

/// The parts between which a line may end: after a space or a comma, before an ampersand.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, letter) in text.char_indices() {
        let end = match letter {
            ' ' | ',' => at + 1,
            '&' => at,
            _ => continue,
        };
        if end > start {
            pieces.push(&text[start..end]);
            start = end;
        }
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_before_parameters() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("GET /a?first=1&second=2&third=3", 16), ["GET /a?first=1", "&second=2", "&third=3"]);
        assert_eq!(wrap("{\"a\":1,\"b\":2}", 8), ["{\"a\":1,", "\"b\":2}"]);
    }

    #[test]
    fn what_has_no_place_to_break_is_cut_and_nothing_is_lost() {
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("héé→é", 2), ["hé", "é→", "é"]);
    }
}
