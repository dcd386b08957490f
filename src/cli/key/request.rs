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
    /// A new master key as above, and everything between it and the data keys anew.
    Purge(Option<MasterSource>),
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
            Self::Master(source) => ("master", of_source(source.as_ref())),
            Self::Purge(source) => ("purge", of_source(source.as_ref())),
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
            ("purge", []) => Some(Self::Purge(None)),
            ("master", source) => Some(Self::Master(Some(to_source(source)?))),
            ("purge", source) => Some(Self::Purge(Some(to_source(source)?))),
            ("tenant", [] | [_]) => Some(Self::Tenant(words.into_iter().next())),
            ("data", [] | [_]) => Some(Self::Data(words.into_iter().next())),
            _ => None,
        }
    }

    /// Carries it out; `present` is where the master key comes from now.
    pub(crate) async fn carry_out(self, store: &EmbeddedStore, present: &MasterSource) -> Result<Rotated, Failure> {
        match self {
            Self::Master(source) => master(store, present, source, false).await,
            Self::Purge(source) => master(store, present, source, true).await,
            Self::Tenant(name) => Ok(store.rotate_tenant_keys(tenant(store, name).await?).await?),
            Self::Data(name) => Ok(store.rotate_data_keys(tenant(store, name).await?).await?),
        }
    }
}

/// A source as words; a credential of systemd is a file to another process.
fn of_source(source: Option<&MasterSource>) -> Vec<String> {
    let named = |kind: &str, words: &[String]| std::iter::once(kind.to_owned()).chain(words.iter().cloned()).collect();
    match source {
        None => Vec::new(),
        Some(MasterSource::File(path) | MasterSource::Credential(path)) => named("file", &[path.display().to_string()]),
        Some(MasterSource::Command(words)) => named("command", words),
    }
}

/// `None`: the words name no source.
fn to_source(words: &[String]) -> Option<MasterSource> {
    match words.split_first()? {
        (kind, [path]) if kind == "file" => Some(MasterSource::File(PathBuf::from(path))),
        (kind, command @ [_, ..]) if kind == "command" => Some(MasterSource::Command(command.to_vec())),
        _ => None,
    }
}

async fn master(
    store: &EmbeddedStore,
    present: &MasterSource,
    source: Option<MasterSource>,
    purges: bool,
) -> Result<Rotated, Failure> {
    let replace = async |new| if purges { store.purge_keys(new).await } else { store.rotate_master_key(new).await };
    match (source, present) {
        (Some(source), _) if source == *present => Err(Failure::Argument(format!(
            "the new master key would come from the {source}, as the present one does: name another source"
        ))),
        (Some(source), _) => Ok(replace(source.load(false)?).await?),
        (None, MasterSource::File(file)) => {
            let pending = PendingKey::of(file);
            let done = replace(pending.load_or_draw()?).await?;
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
        check(Request::Master(Some(MasterSource::File("/a b".into()))), "master\tfile\t/a b");
        let words = ["/bin/kms", "get"].map(str::to_owned).to_vec();
        check(Request::Master(Some(MasterSource::Command(words))), "master\tcommand\t/bin/kms\tget");
        check(Request::Purge(None), "purge");
        check(Request::Purge(Some(MasterSource::File("/m".into()))), "purge\tfile\t/m");
        check(Request::Tenant(None), "tenant");
        check(Request::Tenant(Some("acme".to_owned())), "tenant\tacme");
        check(Request::Data(Some("acme".to_owned())), "data\tacme");
        for line in ["", "master\tx", "master\tfile", "purge\tcommand", "data\ta\tb", "erase", "tenant\ta\tb"] {
            assert_eq!(Request::from_line(line), None, "{line}");
        }
        assert!(Request::Data(Some("a\nb".to_owned())).to_line().is_err());
    }
}
