//! A form's raw answers.

use super::FieldKey;

/// A form's raw answers, as typed or as received: one for each question, in the order of the keys.
///
/// A list, because a form has few of them; a map of its own would be a kilobyte of the widget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(Vec<(FieldKey, String)>);

impl Answers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer to a question.
    pub fn get(&self, key: FieldKey) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == key)
            .map(|(_, answer)| answer)
    }

    /// Answers a question, in place of what was answered before.
    pub fn insert(&mut self, key: FieldKey, answer: String) {
        self.remove(key);
        let place = self.0.partition_point(|(known, _)| *known < key);
        self.0.insert(place, (key, answer));
    }

    /// Takes an answer back.
    pub fn remove(&mut self, key: FieldKey) {
        self.0.retain(|(known, _)| *known != key);
    }

    /// Each question with its answer.
    pub fn iter(&self) -> impl Iterator<Item = (FieldKey, &str)> {
        self.0.iter().map(|(key, answer)| (*key, answer.as_str()))
    }
}

impl FromIterator<(FieldKey, String)> for Answers {
    fn from_iter<I: IntoIterator<Item = (FieldKey, String)>>(given: I) -> Self {
        let mut answers = Self::new();
        for (key, answer) in given {
            answers.insert(key, answer);
        }
        answers
    }
}

impl<const N: usize> From<[(FieldKey, String); N]> for Answers {
    fn from(given: [(FieldKey, String); N]) -> Self {
        given.into_iter().collect()
    }
}
