//! The commands of the edge as people and scripts run them: the first start, the way back in, what is refused and with
//! which exit code.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use tempfile::TempDir;

/// A home directory with nothing in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_triaged"));
        command.args(args).env_clear().env("HOME", self.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }

    fn serve(&self, args: &[&str]) -> Running {
        let args = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
        let mut child = self.command(&args).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("\ntry: ") {
            assert_ne!(lines.read_line(&mut said).unwrap(), 0, "it ended: {said}");
        }
        Running { child, lines, said }
    }

    fn file(&self, name: &str) -> String {
        self.path().join(name).display().to_string()
    }
}

/// A server that is ready.
struct Running {
    child: Child,
    lines: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    /// Tells it to stop, waits for its end; gives its exit code and everything it said.
    fn stop(mut self) -> (i32, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.lines.read_to_string(&mut self.said).unwrap();
        (self.child.wait().unwrap().code().unwrap(), self.said)
    }
}

/// The lines of a page without what differs from run to run.
fn masked(home: &Home, text: &str) -> String {
    text.replace(&home.path().display().to_string(), "HOME")
}

#[test]
fn the_first_start_makes_one_credential_and_says_how_to_use_it() {
    let home = Home::new();
    let running = home.serve(&[]);
    let said = masked(&home, &running.said);
    assert!(said.contains(" credential=HOME/.config/triaged/first.credential\n"), "{said}");
    assert!(said.contains("grpcurl -plaintext -expand-headers -H 'authorization: Bearer ${TRIAGED_TOKEN}' "), "{said}");
    let token = fs::read_to_string(home.file(".config/triaged/first.credential")).unwrap();
    let (code, said) = running.stop();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("draining") && said.contains("closed"), "{said}");
    assert!(!said.contains(token.trim()), "the token stays in its file");
    // A second start leaves the credential as it is.
    assert_eq!(home.serve(&[]).stop().0, 0);
    assert_eq!(fs::read_to_string(home.file(".config/triaged/first.credential")).unwrap(), token);
}

#[test]
fn credentials_are_made_listed_and_revoked_on_the_host() {
    let home = Home::new();
    let output = home.file("token");
    let create = ["credential", "create", "--tenant", "default", "--role", "agent", "--output", &output];
    assert_eq!(home.run(&["credential", "list", "--tenant", "default"]).0, 2, "there is no store yet");
    let (code, line, said) = home.run(&create);
    assert_eq!(code, 0, "{said}");
    let token = fs::read_to_string(&output).unwrap();
    assert!(token.starts_with("trg_") && !line.contains(token.trim()));
    assert_eq!(home.run(&create).0, 2, "the file exists");
    assert_eq!(fs::read_to_string(&output).unwrap(), token);
    let name = line.split('\t').next().unwrap();
    let (_, listed, _) = home.run(&["credential", "list", "--tenant", "default"]);
    assert_eq!(listed, line);
    let (code, revoked, _) = home.run(&["credential", "revoke", "--tenant", "default", name]);
    assert_eq!((code, revoked.contains("\trevoked\t")), (0, true));
    assert_eq!(home.run(&["credential", "revoke", "--tenant", "default", "x"]).0, 2);
}

#[test]
fn a_running_server_is_not_gone_behind() {
    let home = Home::new();
    let running = home.serve(&[]);
    let output = home.file("token");
    let create = ["credential", "create", "--tenant", "default", "--role", "agent", "--output", &output];
    let (code, _, said) = home.run(&create);
    assert_eq!(code, 4);
    assert!(said.contains("TenantAdminService"), "{said}");
    assert!(!Path::new(&output).exists());
    assert_eq!(running.stop().0, 0);
}

#[test]
fn what_would_be_open_is_refused_with_the_setting() {
    let home = Home::new();
    fs::write(home.file("triaged.toml"), "listen = \"127.0.0.1:0\"\nlog_levle = \"warn\"\n").unwrap();
    let file = home.file("triaged.toml");
    for (args, code, named) in [
        (&["serve", "--listen", "0.0.0.0:0"][..], 3, "listen: other machines can reach this address"),
        (&["serve", "--metrics-listen", "0.0.0.0:0"], 3, "metrics_listen: use a loopback address"),
        (&["serve", "--tls-cert", "c"], 3, "tls_key: missing"),
        (&["serve", "--tls-cert", "/none", "--tls-key", "/none"], 3, "/none"),
        (&["serve", "--config", &file], 3, "at line 2"),
        (&["config", "check", "--config", &file], 3, "unknown field `log_levle`"),
        (&["config", "check", "--config", "/none"], 3, "/none"),
        (&["serve", "--lisen", "x"], 2, "--lisen"),
        (&["credential", "create", "--tenant", "A B", "--role", "agent", "--output", "/none/x"], 2, "tenant"),
    ] {
        let (found, _, said) = home.run(args);
        assert_eq!(found, code, "{args:?}: {said}");
        assert!(said.contains(named), "{args:?}: {said}");
    }
}

#[test]
fn a_missing_master_key_is_not_replaced() {
    let home = Home::new();
    assert_eq!(home.serve(&[]).stop().0, 0);
    fs::remove_file(home.file(".config/triaged/master.key")).unwrap();
    let (code, _, said) = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 4);
    assert!(said.contains("master key file") && said.contains("is missing"), "{said}");
}

#[test]
fn settings_are_shown_with_their_origin() {
    let home = Home::new();
    fs::write(home.file("triaged.toml"), "drain_timeout = \"5s\"\nlog_level = \"warn\"\n").unwrap();
    let args = ["config", "show", "--config", &home.file("triaged.toml"), "--listen", "127.0.0.1:7"];
    let shown = home.command(&args).env("TRIAGED_LOG_LEVEL", "debug").output().unwrap();
    let shown = masked(&home, &String::from_utf8(shown.stdout).unwrap());
    insta::assert_snapshot!(shown, @r#"
    listen = "127.0.0.1:7"  # flag
    data_dir = "HOME/.local/share/triaged/data"  # default
    keys_dir = "HOME/.local/share/triaged/keys"  # default
    key_file = "HOME/.config/triaged/master.key"  # default
    # key_command is not set
    credential_file = "HOME/.config/triaged/first.credential"  # default
    # tls_cert is not set
    # tls_key is not set
    # client_ca is not set
    # metrics_listen is not set
    log_format = "text"  # default
    log_level = "debug"  # environment
    drain_timeout = "5s"  # file
    "#);
}

#[test]
fn counters_are_read_on_loopback() {
    let home = Home::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let running = home.serve(&["--metrics-listen", &address, "--log-format", "json"]);
    for (path, status) in [("/metrics", "200 OK"), ("/", "404 Not Found")] {
        let mut connection = TcpStream::connect(&address).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut page = String::new();
        connection.read_to_string(&mut page).unwrap();
        assert!(page.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{page}");
        assert_eq!(page.contains("triaged_connections 0\n") && page.ends_with("# EOF\n"), path == "/metrics");
    }
    assert_eq!(running.stop().0, 0);
}

#[test]
fn every_shell_gets_its_completions() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, _) = home.run(&["completions", shell]);
        assert_eq!((code, script.contains("credential")), (0, true), "{shell}");
    }
}
