//! The control socket of a running server: a Unix socket in the key directory, open to the user of the service alone. Who
//! reaches it could read the key file as well. One request a connection, one line of answer.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
};

use super::{super::Failure, request::Request};
use crate::{
    crypto::MasterSource,
    store::{Rotated, embedded::EmbeddedStore},
};

/// Name of the socket in the key directory.
const SOCKET: &str = "control";
/// Length of a request or an answer, in bytes.
const LINE_BYTES_MAX: u64 = 16 << 10;

/// How long to wait after the machine refused a connection, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// The socket of a server, there as long as this lives.
#[derive(Debug)]
pub(crate) struct Control {
    path: PathBuf,
}

impl Drop for Control {
    fn drop(&mut self) {
        // The next start removes what is left behind.
        drop(fs::remove_file(&self.path));
    }
}

impl Control {
    /// Takes requests for a store that this process has locked, until the runtime ends.
    pub(crate) fn serve(keys_dir: &Path, store: Arc<EmbeddedStore>, key: MasterSource) -> io::Result<Self> {
        let path = keys_dir.join(SOCKET);
        // The lock of the directory is held: whoever made this socket is gone.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                let (store, key) = (Arc::clone(&store), key.clone());
                tokio::spawn(async move {
                    // Who asked may be gone; what was asked for is done all the same.
                    drop(answer(stream, &store, &key).await);
                });
            }
        });
        Ok(Self { path })
    }
}

async fn answer(mut stream: UnixStream, store: &EmbeddedStore, key: &MasterSource) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut line = String::new();
    BufReader::new(reader.take(LINE_BYTES_MAX)).read_line(&mut line).await?;
    let answer = match Request::from_line(line.trim_end_matches('\n')) {
        None => "failed\tthe server does not know this request: it is of another release".to_owned(),
        Some(request) => match request.carry_out(store, key).await {
            Ok(done) => to_line(done),
            Err(failure) => format!("failed\t{}", failure.to_string().replace('\n', " ")),
        },
    };
    writer.write_all(answer.as_bytes()).await?;
    writer.write_all(b"\n").await
}

fn to_line(done: Rotated) -> String {
    let Rotated { keys, wraps, values, damaged } = done;
    format!("done\t{keys}\t{wraps}\t{values}\t{damaged}")
}

fn from_line(line: &str) -> Option<Result<Rotated, String>> {
    let words: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
    match words.as_slice() {
        ["done", keys, wraps, values, damaged] => Some(Ok(Rotated {
            keys: keys.parse().ok()?,
            wraps: wraps.parse().ok()?,
            values: values.parse().ok()?,
            damaged: damaged.parse().ok()?,
        })),
        ["failed", why] => Some(Err((*why).to_owned())),
        _ => None,
    }
}

/// Asks the server that has locked this key directory; `None`: none listens.
pub(crate) async fn ask(keys_dir: &Path, request: &Request) -> Result<Option<Rotated>, Failure> {
    let path = keys_dir.join(SOCKET);
    let Ok(mut stream) = UnixStream::connect(&path).await else { return Ok(None) };
    let failed = |error| Failure::path(&path, error);
    stream.write_all(format!("{}\n", request.to_line()?).as_bytes()).await.map_err(failed)?;
    let mut line = String::new();
    BufReader::new(stream.take(LINE_BYTES_MAX)).read_line(&mut line).await.map_err(failed)?;
    match from_line(&line) {
        Some(Ok(done)) => Ok(Some(done)),
        Some(Err(why)) => Err(Failure::Refused(why)),
        None => Err(failed(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the server ended; what was begun goes on at its next start",
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_line() {
        let done = Rotated { keys: 1, wraps: 2, values: 3, damaged: 4 };
        assert_eq!(from_line(&to_line(done)), Some(Ok(done)));
        assert_eq!(from_line("failed\twhy\n"), Some(Err("why".to_owned())));
        assert_eq!(from_line(""), None);
        assert_eq!(from_line("done\t1\t2"), None);
    }
}
