//! The numbers of the sentiment score that do not depend on a word. Integers only.

/// How evidence is weighed; factors in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentimentRules {
    /// A score of this or more is negative, in thousandths.
    pub negative_threshold_millis: i32,
    /// What a negated friendly word counts: "not happy".
    pub negated_praise: i32,
    /// What a negated unfriendly word counts: "not bad".
    pub negated_blame: i32,
    /// What a negator adds that belongs to no phrase and negates no known word, in thousandths of score.
    pub bare_negator_millis: i32,
    /// Words after a negator that it may negate: friendly ones.
    pub negation_words_praise: usize,
    /// The same for unfriendly ones.
    pub negation_words_blame: usize,
    /// Friendly words before "but".
    pub before_contrast: i32,
    /// Unfriendly words after "but".
    pub after_contrast: i32,
    /// Friendly words after "if" or "would".
    pub conditional_praise: i32,
    /// Unfriendly words after "if" or "would".
    pub conditional_blame: i32,
    /// Friendly words in a question.
    pub question_praise: i32,
    /// A word in capitals in a text that is not all capitals.
    pub shouted: i32,
    /// A word such as "soooo".
    pub elongated: i32,
    /// Unfriendly words in a sentence that ends with an exclamation mark.
    pub exclaimed: i32,
    /// Unfriendly words in a text that names neither speaker nor addressee: news rather than a complaint.
    pub impersonal_blame: i32,
    /// A text of fewer words names nobody for brevity.
    pub impersonal_words_min: usize,
    /// Unfriendly words after "how do I" or "can you tell me".
    pub question_blame: i32,
    /// How much more each further turn of the customer weighs.
    pub turn_step: i32,
    /// After so many turns the weight rises no more.
    pub turn_steps_max: i32,
}

impl Default for SentimentRules {
    fn default() -> Self {
        Self {
            negative_threshold_millis: 500,
            negated_praise: -1200,
            negated_blame: -300,
            bare_negator_millis: 200,
            negation_words_praise: 4,
            negation_words_blame: 3,
            before_contrast: 300,
            after_contrast: 1200,
            conditional_praise: 300,
            conditional_blame: 700,
            question_praise: 500,
            shouted: 1200,
            elongated: 1200,
            exclaimed: 1100,
            impersonal_blame: 700,
            impersonal_words_min: 9,
            question_blame: 500,
            turn_step: 150,
            turn_steps_max: 6,
        }
    }
}
