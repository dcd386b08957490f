//! Everything of a tenant, page by page: each case, held against its manifest, and then its interactions.

use rusqlite::{Connection, params};

use crate::{
    id::CaseId,
    store::{
        ExportCursor, ExportedItem, StoreError,
        embedded::{
            cases::{self, Case},
            interactions::Interaction,
            manifest,
            ring::{KeyRing, Tenant},
        },
    },
};

/// How many items a page has at least, where there are more.
const PAGE: usize = 32;

/// Some items, and where to go on.
pub(super) type Page = (Vec<ExportedItem>, Option<ExportCursor>);

/// What a page is read with.
pub(super) struct Reading<'a> {
    pub(super) data: &'a Connection,
    pub(super) keys: &'a Connection,
    pub(super) ring: &'a KeyRing,
    pub(super) tenant: &'a Tenant,
}

impl Reading<'_> {
    /// The items after a place, and where to go on; `None`: that was all.
    pub(super) fn page(&self, after: ExportCursor) -> Result<Page, StoreError> {
        let (mut items, mut at) = (Vec::new(), after);
        while items.len() < PAGE {
            let (number, id, from) = if let Some(interaction) = at.interaction {
                (at.case, Case::get(self.data, at.case)?.id, interaction)
            } else {
                let Some(number) = self.next_case(at.case)? else { return Ok((items, None)) };
                let (id, case) = self.case(number)?;
                items.extend(case);
                (number, id, 0)
            };
            let numbers = self.interactions(number, from)?;
            for interaction in &numbers {
                items.extend(self.interaction(id, *interaction)?);
            }
            let last = numbers.last().copied().filter(|_| numbers.len() == PAGE);
            at = ExportCursor { case: number, interaction: last };
        }
        Ok((items, Some(at)))
    }

    fn next_case(&self, after: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT MIN(number) FROM cases WHERE tenant = ?1 AND number > ?2";
        let mut statement = self.data.prepare_cached(sql)?;
        Ok(statement.query_row([self.tenant.number, after], |row| row.get(0))?)
    }

    /// A case, held against its manifest; without its record, where it is erased.
    fn case(&self, number: i64) -> Result<(CaseId, Option<ExportedItem>), StoreError> {
        manifest::check(self.data, self.ring, number, manifest::Scope::Whole)?;
        let case = Case::get(self.data, number)?;
        let (id, queued) = (case.id, cases::queued(self.data, number)?);
        let record = unless_gone(case.into_record(self.ring, self.tenant, self.keys, queued))?;
        Ok((id, record.map(|record| ExportedItem::Case(Box::new(record)))))
    }

    fn interactions(&self, case: i64, after: i64) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.data.prepare_cached(
            "SELECT number FROM interactions WHERE case_number = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
        )?;
        let rows = statement.query_map(params![case, after, PAGE], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn interaction(&self, case: CaseId, number: i64) -> Result<Option<ExportedItem>, StoreError> {
        let row = Interaction::get(self.data, number)?;
        let record = row.into_record(self.ring, self.tenant, self.data, self.keys);
        Ok(unless_gone(record)?.map(|record| ExportedItem::Interaction(case, Box::new(record))))
    }
}

fn unless_gone<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::RecordGone) => Ok(None),
        read => read.map(Some),
    }
}
