//! What may be asked for, as a line of words, and how it is carried out on an open store.

use std::path::PathBuf;

use super::super::Failure;
use crate::{
    crypto::{MasterSource, pending::PendingKey},
    id::TenantId,
    store::{Rotated, embedded::EmbeddedStore},
};

/// A request about keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// A new master key: from a source that is named, or drawn in the place of the present key file.
    Master(Option<MasterSource>),
    /// New tenant keys, of one tenant or of all.
    Tenant(Option<String>),
    /// New data keys, of one tenant or of all.
    Data(Option<String>),
}

/// Between the words of a request; no tenant, and no path that anybody uses, has it.
const SEPARATOR: char = '\t';

impl Request {
    /// The request as a line, without its end.
    pub(crate) fn to_line(&self) -> Result<String, Failure> {
        let tenant = |name: &Option<String>| name.clone().into_iter().collect::<Vec<_>>();
        let (verb, words) = match self {
            Self::Master(None) => ("master", Vec::new()),
            Self::Master(Some(MasterSource::File(path))) => ("master-file", vec![path.display().to_string()]),
            Self::Master(Some(MasterSource::Credential(path))) => ("master-file", vec![path.display().to_string()]),
            Self::Master(Some(MasterSource::Command(words))) => ("master-command", words.clone()),
            Self::Tenant(name) => ("tenant", tenant(name)),
            Self::Data(name) => ("data", tenant(name)),
        };
        if words.iter().any(|word| word.contains([SEPARATOR, '\n'])) {
            return Err(Failure::Argument("a path or name holds a tab or a line break".to_owned()));
        }
        let words: Vec<&str> = std::iter::once(verb).chain(words.iter().map(String::as_str)).collect();
        Ok(words.join("\t"))
    }

    /// The request in a line; `None`: it is none.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split(SEPARATOR).map(str::to_owned);
        let verb = words.next()?;
        let words: Vec<String> = words.collect();
        match (verb.as_str(), words.as_slice()) {
            ("master", []) => Some(Self::Master(None)),
            ("master-file", [path]) => Some(Self::Master(Some(MasterSource::File(PathBuf::from(path))))),
            ("master-command", [_, ..]) => Some(Self::Master(Some(MasterSource::Command(words)))),
            ("tenant", [] | [_]) => Some(Self::Tenant(words.into_iter().next())),
            ("data", [] | [_]) => Some(Self::Data(words.into_iter().next())),
            _ => None,
        }
    }

    /// Carries it out; `present` is where the master key comes from now.
    pub(crate) async fn carry_out(self, store: &EmbeddedStore, present: &MasterSource) -> Result<Rotated, Failure> {
        match self {
            Self::Master(source) => master(store, present, source).await,
            Self::Tenant(name) => Ok(store.rotate_tenant_keys(tenant(store, name).await?).await?),
            Self::Data(name) => Ok(store.rotate_data_keys(tenant(store, name).await?).await?),
        }
    }
}

async fn master(
    store: &EmbeddedStore,
    present: &MasterSource,
    source: Option<MasterSource>,
) -> Result<Rotated, Failure> {
    match (source, present) {
        (Some(source), _) if source == *present => Err(Failure::Argument(format!(
            "the new master key would come from the {source}, as the present one does: name another source"
        ))),
        (Some(source), _) => Ok(store.rotate_master_key(source.load(false)?).await?),
        (None, MasterSource::File(file)) => {
            let pending = PendingKey::of(file);
            let done = store.rotate_master_key(pending.load_or_draw()?).await?;
            pending.take_over()?;
            Ok(done)
        }
        (None, present) => Err(Failure::Argument(format!(
            "the master key comes from the {present}: make a new one there and name it with --new-key-file or \
             --new-key-command"
        ))),
    }
}

async fn tenant(store: &EmbeddedStore, name: Option<String>) -> Result<Option<TenantId>, Failure> {
    let Some(name) = name else { return Ok(None) };
    let found = store.find_tenant(&name).await?;
    found.map(Some).ok_or_else(|| Failure::Argument(format!("there is no tenant {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(request: Request, line: &str) {
        assert_eq!(request.to_line().unwrap(), line);
        assert_eq!(Request::from_line(line), Some(request));
    }

    #[test]
    fn a_request_is_one_line() {
        check(Request::Master(None), "master");
        check(Request::Master(Some(MasterSource::File("/a b".into()))), "master-file\t/a b");
        let words = ["/bin/kms", "get"].map(str::to_owned).to_vec();
        check(Request::Master(Some(MasterSource::Command(words))), "master-command\t/bin/kms\tget");
        check(Request::Tenant(None), "tenant");
        check(Request::Tenant(Some("acme".to_owned())), "tenant\tacme");
        check(Request::Data(Some("acme".to_owned())), "data\tacme");
        for line in ["", "master\tx", "master-file", "master-command", "data\ta\tb", "erase", "tenant\ta\tb"] {
            assert_eq!(Request::from_line(line), None, "{line}");
        }
        assert!(Request::Data(Some("a\nb".to_owned())).to_line().is_err());
    }
}
