//! The real binary as a child process, and a real client.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
    thread::JoinHandle,
};

use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::Interceptor,
    transport::Channel,
};

/// `triaged serve` in folders of its own.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) metrics: String,
    pub(crate) token: String,
    log: Option<JoinHandle<String>>,
}

/// The folders a server uses below one root, apart from each other.
pub(crate) struct Place {
    root: PathBuf,
}

impl Place {
    pub(crate) fn new(root: &Path) -> Self {
        let place = Self { root: root.to_owned() };
        fs::create_dir_all(place.root.join("root")).unwrap();
        place
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The keys directory.
    pub(crate) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The file of the master key.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.root.join("root/master.key")
    }
}

impl Server {
    /// Starts the server and waits until it is ready. `token` is that of an earlier start, where there was one.
    pub(crate) fn start(place: &Place, token: Option<String>) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_triaged"))
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .arg("--data-dir")
            .arg(place.data())
            .arg("--keys-dir")
            .arg(place.keys())
            .arg("--key-file")
            .arg(place.key_file())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut text = String::new();
        let ready = ready_line(&mut log, &mut text);
        let field = |name: &str| ready.split_whitespace().find_map(|word| word.strip_prefix(name)).map(str::to_owned);
        let address = field("listen=").unwrap_or_else(|| panic!("not ready:\n{text}"));
        let token =
            token.unwrap_or_else(|| fs::read_to_string(field("credential=").unwrap()).unwrap().trim().to_owned());
        let metrics = field("metrics=").unwrap();
        let log = std::thread::spawn(move || rest(log, text));
        Self { child, address: format!("http://{address}"), metrics, token, log: Some(log) }
    }

    /// Kills the server at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the server gracefully (SIGTERM) and gives everything it logged.
    pub(crate) fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "the server did not end well");
        self.log.take().unwrap().join().unwrap()
    }

    /// A channel to the server.
    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(self.address.clone()).unwrap().connect().await.unwrap()
    }

    /// What adds the credential to every call.
    pub(crate) fn bearer(&self) -> Bearer {
        Bearer::new(&self.token)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed must not leave a server behind; one that has ended already is no error.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn ready_line(log: &mut BufReader<ChildStderr>, text: &mut String) -> String {
    loop {
        let mut line = String::new();
        if log.read_line(&mut line).unwrap() == 0 || line.starts_with("ready ") {
            text.push_str(&line);
            return line;
        }
        text.push_str(&line);
    }
}

fn rest(mut log: BufReader<ChildStderr>, mut text: String) -> String {
    log.read_to_string(&mut text).unwrap();
    text
}

/// Adds a credential to every call.
#[derive(Clone)]
pub(crate) struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// The credential with this token.
    pub(crate) fn new(token: &str) -> Self {
        Self(format!("Bearer {token}").parse().unwrap())
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}
