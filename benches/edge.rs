//! The service against a bare tonic echo, side by side in one run: server CPU per item, and the share of the echo's rate
//! that is left. The echo answers the same messages with a fixed result of the usual size; both servers are processes
//! of their own, so that the client's work is not counted.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use prost::Message;
use tokio::net::TcpListener;
use tokio_stream::{StreamExt, wrappers::TcpListenerStream};
use tonic::{Request, Response, Status, Streaming, metadata::MetadataValue, transport::Channel};
use triaged::service::pb::{
    AnalyzeRequest, AnalyzeResponse, Chat, ChatTurn, Handling, Interaction, InteractionOutcome, SpeakerRole,
    StreamAnalyzeRequest, StreamAnalyzeResponse, SubmitInteractionRequest, SubmitInteractionsRequest,
    analysis_service_client::AnalysisServiceClient,
    analysis_service_server::{AnalysisService, AnalysisServiceServer},
    intake_service_client::IntakeServiceClient,
    interaction::Kind,
    interaction_outcome::Outcome,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn Error + Send + Sync>;

/// Calls in flight of the unary shapes.
const IN_FLIGHT: usize = 64;
/// Items of a batch of the streaming shapes.
const BATCH: usize = 128;
/// Rounds; each runs every shape once, and the median of the ratios counts.
const ROUNDS: usize = 3;
/// Clock ticks a second of /proc/PID/stat (`getconf CLK_TCK`; 100 on Linux).
const TICKS_PER_SECOND: f64 = 100.0;

/// Answers every interaction with the same result.
struct Echo(AnalyzeResponse);

#[tonic::async_trait]
impl AnalysisService for Echo {
    async fn analyze(&self, _request: Request<AnalyzeRequest>) -> Result<Response<AnalyzeResponse>, Status> {
        Ok(Response::new(self.0.clone()))
    }

    type StreamAnalyzeStream =
        std::pin::Pin<Box<dyn tokio_stream::Stream<Item = Result<StreamAnalyzeResponse, Status>> + Send>>;

    async fn stream_analyze(
        &self,
        request: Request<Streaming<StreamAnalyzeRequest>>,
    ) -> Result<Response<Self::StreamAnalyzeStream>, Status> {
        let result = self.0.result.clone();
        let answers = request.into_inner().map(move |batch| {
            let outcome = InteractionOutcome { outcome: result.clone().map(Outcome::Result) };
            Ok(StreamAnalyzeResponse { outcomes: vec![outcome; batch?.items.len()] })
        });
        Ok(Response::new(Box::pin(answers)))
    }
}

/// A chat of about 1.5 KB.
fn interaction() -> Interaction {
    let lines = [
        "Hello, I ordered a pair of shoes three weeks ago and they have still not arrived",
        "I wrote twice and nobody replied, the last time on Monday",
        "My order number is 40288613 and you can reach me at jo.bloggs@example.com or +44 20 7946 0958",
        "The tracking page has said the same thing for nine days, which is not acceptable",
        "I was told that I would be called back within 24 hours and that did not happen either",
        "If this is not solved this week I will cancel the order and ask for a refund of 84.90",
    ];
    let turn = |(at, line): (usize, &&str)| {
        let role = if at % 3 == 2 { SpeakerRole::Staff } else { SpeakerRole::Customer };
        ChatTurn { role: role.into(), text: (*line).to_owned(), ..ChatTurn::default() }
    };
    let turns = lines.iter().cycle().take(18).enumerate().map(turn).collect();
    Interaction {
        kind: Some(Kind::Chat(Chat { turns, ..Chat::default() })),
        handling: Handling::FollowUp.into(),
        ..Interaction::default()
    }
}

/// A server process and how to reach it.
struct Server {
    child: Child,
    channel: Channel,
    token: MetadataValue<tonic::metadata::Ascii>,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    async fn start(mut command: Command) -> Result<Self, Failure> {
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let mut log = BufReader::new(child.stderr.take().ok_or("no log")?);
        let mut line = String::new();
        while !line.starts_with("ready ") {
            line.clear();
            if log.read_line(&mut line)? == 0 {
                return Err("the server ended before it was ready".into());
            }
        }
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let field = |name: &str| line.split_whitespace().find_map(|word| word.strip_prefix(name));
        let token = field("credential=").map_or(Ok(String::new()), fs::read_to_string)?;
        let address = format!("http://{}", field("listen=").ok_or("no address")?);
        let channel = Channel::from_shared(address)?.connect().await?;
        Ok(Self { child, channel, token: format!("Bearer {}", token.trim()).parse()? })
    }

    async fn triaged(folder: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_triaged"));
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        for (flag, below) in [("--data-dir", "data"), ("--keys-dir", "keys"), ("--key-file", "root/master.key")] {
            command.arg(flag).arg(folder.join(below));
        }
        fs::create_dir_all(folder.join("root"))?;
        Self::start(command).await
    }

    async fn echo() -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--echo-server");
        Self::start(command).await
    }

    /// CPU time of the process so far, in seconds, user and system (proc(5), fields 14 and 15 of stat).
    fn cpu(&self) -> Result<f64, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after = stat.rsplit(')').next().ok_or("stat has no name")?;
        let ticks: Vec<f64> = after.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
    }

    fn with<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.token.clone());
        request
    }
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    AnalyzeUnary,
    AnalyzeStream,
    SubmitUnary,
    SubmitStream,
}

impl Shape {
    fn items(self) -> usize {
        match self {
            Self::AnalyzeUnary | Self::SubmitUnary => 20_000,
            Self::AnalyzeStream | Self::SubmitStream => 40_000,
        }
    }

    async fn run(self, server: &Server) -> Result<(), Failure> {
        match self {
            Self::AnalyzeUnary | Self::SubmitUnary => self.unary(server).await,
            Self::AnalyzeStream => {
                let item = AnalyzeRequest { interaction: Some(interaction()), ..AnalyzeRequest::default() };
                let batch = StreamAnalyzeRequest { items: vec![item; BATCH] };
                let batches = tokio_stream::iter(vec![batch; self.items() / BATCH]);
                let mut client = AnalysisServiceClient::new(server.channel.clone());
                let mut answers = client.stream_analyze(server.with(batches)).await?.into_inner();
                while answers.message().await?.is_some() {}
                Ok(())
            }
            Self::SubmitStream => {
                let item = SubmitInteractionRequest { interaction: Some(interaction()), ..Default::default() };
                let batch = SubmitInteractionsRequest { items: vec![item; BATCH] };
                let batches = tokio_stream::iter(vec![batch; self.items() / BATCH]);
                let mut client = IntakeServiceClient::new(server.channel.clone());
                let mut answers = client.submit_interactions(server.with(batches)).await?.into_inner();
                while answers.message().await?.is_some() {}
                Ok(())
            }
        }
    }

    async fn unary(self, server: &Server) -> Result<(), Failure> {
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..IN_FLIGHT {
            let (channel, token) = (server.channel.clone(), server.token.clone());
            workers.spawn(async move {
                let mut analysis = AnalysisServiceClient::new(channel.clone());
                let mut intake = IntakeServiceClient::new(channel);
                for _ in 0..self.items() / IN_FLIGHT {
                    let interaction = Some(interaction());
                    if self == Self::AnalyzeUnary {
                        let mut request = Request::new(AnalyzeRequest { interaction, ..Default::default() });
                        request.metadata_mut().insert("authorization", token.clone());
                        analysis.analyze(request).await?;
                    } else {
                        let mut request = Request::new(SubmitInteractionRequest { interaction, ..Default::default() });
                        request.metadata_mut().insert("authorization", token.clone());
                        intake.submit_interaction(request).await?;
                    }
                }
                Ok::<(), Status>(())
            });
        }
        while let Some(done) = workers.join_next().await {
            done??;
        }
        Ok(())
    }

    /// Server CPU per item, in microseconds.
    async fn micros(self, server: &Server) -> Result<f64, Failure> {
        let before = server.cpu()?;
        self.run(server).await?;
        #[expect(clippy::cast_precision_loss, reason = "a count of items")]
        let items = self.items() as f64;
        Ok((server.cpu()? - before) / items * 1e6)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

async fn serve_echo() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("ready listen={}", listener.local_addr()?);
    // A fixed answer of the usual size: the redacted turns come back, as from the service.
    let text = "x".repeat(420);
    let turn = triaged::service::pb::RedactedTurn { text, ..Default::default() };
    let result = triaged::service::pb::InteractionResult { turns: vec![turn; 1], ..Default::default() };
    let service = AnalysisServiceServer::new(Echo(AnalyzeResponse { result: Some(result) }));
    tonic::transport::Server::builder()
        .tcp_nodelay(true)
        .add_service(service)
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await?;
    Ok(())
}

async fn compare() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (triaged, echo) = (Server::triaged(folder.path()).await?, Server::echo().await?);
    println!("request {} B; server CPU per item, median of {ROUNDS} rounds side by side", interaction().encoded_len());
    let shapes = [
        ("Analyze, unary, 64 in flight", Shape::AnalyzeUnary, Shape::AnalyzeUnary),
        ("StreamAnalyze, batches of 128", Shape::AnalyzeStream, Shape::AnalyzeStream),
        ("SubmitInteraction, unary, 64 in flight", Shape::SubmitUnary, Shape::AnalyzeUnary),
        ("SubmitInteractions, batches of 128", Shape::SubmitStream, Shape::AnalyzeStream),
    ];
    println!("{:40}{:>12}{:>12}{:>14}", "", "triaged µs", "echo µs", "share of echo");
    for (name, ours, bare) in shapes {
        let (mut service, mut base, mut share) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (a, b) = (ours.micros(&triaged).await?, bare.micros(&echo).await?);
            service.push(a);
            base.push(b);
            share.push(b / a * 100.0);
        }
        println!("{name:40}{:>12.1}{:>12.1}{:>12.1} %", median(service), median(base), median(share));
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    if std::env::args().any(|argument| argument == "--echo-server") {
        return runtime.block_on(serve_echo());
    }
    runtime.block_on(compare())
}
