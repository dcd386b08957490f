//! Check digits. Pure arithmetic on strings of digits and letters; knows nothing of where they came from.

mod luhn;

pub(super) use luhn::luhn;
