//! Values of the domain as columns.

use rusqlite::{
    ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

use crate::{
    queue::Clocks,
    store::record::{ClocksRow, Code, decode, encode},
    text::Language,
    time::Timestamp,
};

/// A value that a small number stands for.
pub(super) struct Coded<C>(pub(super) C);

impl<C: Code> ToSql for Coded<C> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.code().into())
    }
}

impl<C: Code> FromSql for Coded<C> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        C::from_code(u8::column_result(value)?).map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

/// The clocks of a case: states and times, nothing of a person.
pub(super) struct Clocked(pub(super) Clocks);

impl ToSql for Clocked {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let row = encode(&ClocksRow::new(&self.0));
        row.map(ToSqlOutput::from).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    }
}

impl FromSql for Clocked {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let clocks = decode::<ClocksRow>(value.as_blob()?).and_then(ClocksRow::into_clocks);
        clocks.map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

/// A point in time in microseconds.
pub(super) struct Time(pub(super) Timestamp);

impl ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.0.into())
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(|micros| Self(Timestamp(micros)))
    }
}

/// A language by its code.
pub(super) struct Tongue(pub(super) Language);

impl ToSql for Tongue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.code().into())
    }
}

impl FromSql for Tongue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Language::from_tag(value.as_str()?).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

/// The 16 bytes of an id.
pub(super) struct Id<I>(pub(super) I);

impl<I: From<[u8; 16]>> FromSql for Id<I> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(|bytes| Self(I::from(bytes)))
    }
}
