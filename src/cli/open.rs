//! Opens the store.
