//! Where the master key comes from: a file, a credential that systemd hands over, or a program that prints it, such as one
//! that asks a key management service. Bounded in time and output; no shell is involved.

use std::{
    fmt,
    io::{self, Read},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    MasterKey, Secret,
    master::{self, MasterKeyError},
    secret::KEY_BYTES,
};

/// Name of the credential in `$CREDENTIALS_DIRECTORY`.
pub const CREDENTIAL: &str = "master.key";
/// How long a key command may take.
const COMMAND_DURATION_MAX: Duration = Duration::from_secs(30);

/// Where the master key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterSource {
    /// A file of the service's user; the first start makes it.
    File(PathBuf),
    /// A file in `$CREDENTIALS_DIRECTORY`, which systemd made (systemd.exec(5), `LoadCredentialEncrypted=`).
    Credential(PathBuf),
    /// A program by its absolute path, and its arguments; it prints 32 bytes and nothing else.
    Command(Vec<String>),
}

impl fmt::Display for MasterSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "key file {}", path.display()),
            Self::Credential(path) => write!(formatter, "credential {}", path.display()),
            Self::Command(words) => write!(formatter, "key command {}", program(words)),
        }
    }
}

impl MasterSource {
    /// Gets the key. A key file that is absent is made where no store exists yet; every other source must have it.
    ///
    /// # Errors
    /// There is no key, or not one that may be used; the text names the source and says what to do.
    pub fn load(&self, store_exists: bool) -> Result<MasterKey, MasterKeyError> {
        match self {
            Self::File(path) => MasterKey::load_or_create(path, store_exists),
            Self::Credential(path) => master::load_credential(path),
            Self::Command(words) => ask(words, COMMAND_DURATION_MAX),
        }
    }
}

fn program(words: &[String]) -> &str {
    words.first().map_or("", String::as_str)
}

/// Runs the program and takes the key from its standard output; what it says on standard error is shown as it is.
fn ask(words: &[String], limit: Duration) -> Result<MasterKey, MasterKeyError> {
    let name = || program(words).to_owned();
    let failed = |error| MasterKeyError::Command(name(), error);
    let mut command = Command::new(program(words));
    command.args(words.get(1..).unwrap_or_default()).stdin(Stdio::null()).stdout(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().map_err(failed)?;
    let group = child.id();
    let (sender, answer) = mpsc::channel();
    let reading = thread::Builder::new().name("key command".to_owned());
    // Where the program neither ends nor closes its output, the thread is left behind with it.
    let reader = reading.spawn(move || sender.send(output(child)).is_ok());
    drop(reader.map_err(failed)?);
    let Ok(answer) = answer.recv_timeout(limit) else {
        end(group);
        return Err(MasterKeyError::CommandSlow(name(), limit.as_secs()));
    };
    let (bytes, status) = answer.map_err(failed)?;
    if !status.success() {
        return Err(MasterKeyError::CommandFailed(name(), status));
    }
    let secret = Secret::from_slice(&bytes).ok_or_else(|| MasterKeyError::CommandLength(name()))?;
    Ok(MasterKey::new(secret)?)
}

/// What the program printed, at most a byte more than a key, and how it ended.
fn output(mut child: Child) -> io::Result<(Zeroizing<Vec<u8>>, ExitStatus)> {
    let limit = KEY_BYTES + 1;
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * limit));
    if let Some(out) = child.stdout.take() {
        out.take(limit as u64).read_to_end(&mut bytes)?;
    }
    Ok((bytes, child.wait()?))
}

/// Ends the program and what it started.
#[cfg(unix)]
fn end(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(pid) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // It may have ended by itself just now.
        kill_process_group(pid, Signal::KILL).unwrap_or_default();
    }
}

#[cfg(not(unix))]
fn end(_group: u32) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// What a shell script, given as a program with arguments, comes to.
    #[track_caller]
    fn check(script: &str, refused: Option<&str>) {
        let words = ["/bin/sh", "-c", script].map(str::to_owned);
        let result = ask(&words, Duration::from_secs(2)).map(drop).map_err(|error| error.to_string());
        assert_eq!(result.err().as_deref(), refused, "{script}");
    }

    #[test]
    fn a_program_prints_the_key_and_nothing_else() {
        let length = "the key command /bin/sh did not print exactly 32 bytes: it must print the raw key and nothing else, \
                      neither encoded nor followed by a newline";
        check("printf 01234567890123456789012345678901", None);
        check("printf 0123456789012345678901234567890", Some(length));
        check("echo 01234567890123456789012345678901", Some(length));
        check("true", Some(length));
        check(
            "printf 01234567890123456789012345678901; exit 3",
            Some(
                "the key command /bin/sh failed (exit status: 3): run it by hand as the user of the service; what it \
                 said is above",
            ),
        );
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended() {
        let slow =
            "the key command /bin/sh took longer than 2 s and was ended: see whether what it asks can be reached";
        check("exec sleep 60", Some(slow));
        check("sleep 60 & wait", Some(slow));
        check("printf 01234567890123456789012345678901; exec 1>&-; exec sleep 60", Some(slow));
    }

    #[test]
    fn endless_output_is_cut_off() {
        let words = ["/usr/bin/yes"].map(str::to_owned);
        // It ends by the broken pipe.
        assert!(matches!(ask(&words, Duration::from_secs(2)), Err(MasterKeyError::CommandFailed(..))));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let words = ["/nowhere/kms".to_owned()];
        let refused = MasterSource::Command(words.to_vec()).load(true).map(drop).unwrap_err().to_string();
        insta::assert_snapshot!(refused, @"the key command /nowhere/kms could not be run: No such file or directory (os error 2): give the absolute path of a program that the user of the service may run");
    }

    #[test]
    fn a_credential_is_never_made() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(CREDENTIAL);
        let source = MasterSource::Credential(path.clone());
        let refused = source.load(false).map(drop).unwrap_err().to_string();
        assert!(refused.contains("LoadCredentialEncrypted=master.key:"), "{refused}");
        for (mode, good) in [(0o400, true), (0o440, true), (0o444, false)] {
            std::fs::write(&path, [7; 32]).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(source.load(true).is_ok(), good, "{mode:o}");
            std::fs::remove_file(&path).unwrap();
        }
    }
}
