//! Deleting raw inputs once their results are proved: only what was read, and only where every row has a result.

use std::{fs, path::Path};

use crate::{
    archive::{
        rescore::{self, Outcome},
        source::Source,
    },
    cli::{Failure, say},
};

/// The inputs as they were before they were read.
pub(super) struct Inputs<'a> {
    sources: &'a [Source],
    hash: Option<String>,
}

impl<'a> Inputs<'a> {
    /// Notes the inputs before a run.
    ///
    /// # Errors
    /// The output would take the place of one of them, or one is not there.
    pub(super) fn before(sources: &'a [Source], output: &Path) -> Result<Self, Failure> {
        let target = fs::canonicalize(output).ok();
        for source in sources {
            if let Source::File(path) = source
                && target.is_some()
                && fs::canonicalize(path).ok() == target
            {
                let told = format!("{}: is an input and the output; name another output", path.display());
                return Err(Failure::Argument(told));
            }
        }
        Ok(Self { sources, hash: rescore::inputs_hash(sources)? })
    }

    /// Deletes them, unless a row was refused or they are others by now: the row, or what came later, is nowhere else.
    ///
    /// # Errors
    /// One cannot be looked at or deleted.
    pub(super) fn delete(&self, outcome: &Outcome) -> Result<(), Failure> {
        let refused = outcome.stats.refused;
        if refused > 0 {
            say(&format!("the inputs were not deleted: {refused} of their rows were refused and have no result"));
            return Ok(());
        }
        if self.hash.is_none() || rescore::inputs_hash(self.sources)? != self.hash {
            say("the inputs were not deleted: they have changed since they were read, or cannot be read twice");
            return Ok(());
        }
        for source in self.sources {
            if let Source::File(path) = source {
                fs::remove_file(path).map_err(|error| Failure::path(path, error))?;
            }
        }
        Ok(())
    }
}
