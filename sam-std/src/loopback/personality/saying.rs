//! What the bridge says, in the words of a router.

use super::hearing::Hearing;
use super::table::Answer;

impl Hearing {
    /// What the router says in place of a line of the specification's, which has its newline.
    pub(in crate::loopback) fn reworded(&mut self, line: &[u8]) -> Answer {
        if let Some(private) = line.strip_prefix(b"SESSION STATUS RESULT=OK DESTINATION=") {
            *self.private = private.trim_ascii_end().to_vec();
        }
        let holds = |part: &str| {
            part.is_empty() || line.windows(part.len()).any(|here| here == part.as_bytes())
        };
        let mut wordings = self.table.wordings.iter();
        let wording =
            wordings.find(|(start, part, _)| line.starts_with(start.as_bytes()) && holds(part));
        wording.map_or(Answer::AsItIs, |wording| wording.2)
    }

    /// A text with what its placeholders stand for.
    pub(in crate::loopback) fn fill(&self, template: &str) -> Vec<u8> {
        let mut text = Vec::new();
        let mut rest = template;
        while let Some((plain, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
            text.extend(plain.as_bytes());
            text.extend(match name {
                "VERB" => self.sentence.verb(),
                "NOUN" => self.sentence.noun(),
                "TEXT" => &self.sentence.text,
                "TWICE" => &self.twice,
                "PRIV" => &self.private,
                "VERSION" => self.version.as_deref().unwrap_or_default().as_bytes(),
                key => self.sentence.value(key).unwrap_or_default(),
            });
            rest = behind;
        }
        text.extend(rest.as_bytes());
        text
    }
}
