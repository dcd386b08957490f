//! Bytes that are no messages, and messages that are too long: refused without an echo, the server goes on.

use tonic::Code;
use triaged::{service::limits, store::AccessRole};

use crate::harness::{Server, call, reason};

const SUBMIT: &str = "/triaged.v1.IntakeService/SubmitInteraction";
const STREAM: &str = "/triaged.v1.IntakeService/SubmitInteractions";

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused_without_an_echo() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.credential("default", &[AccessRole::Intake]).await.1);
    // A request id (field 1) that is not UTF-8, a length that runs over the end, deep nesting (groups, which a decoder
    // must follow to skip them), an unknown wire type.
    let mut not_utf8 = b"\x0a\x10planted-secret\xff\xfe".to_vec();
    not_utf8[1] = 16;
    let nested = [vec![0x7b; 100_000], vec![0x7c; 100_000]].concat();
    let garbage =
        [not_utf8, b"\x0a\x7fplanted-secret".to_vec(), b"\x0fplanted-secret".to_vec(), nested, vec![0xff; 64]];
    for path in [SUBMIT, STREAM] {
        for (index, bytes) in garbage.iter().enumerate() {
            let status = call(server.channel(), path, Some(&bearer), bytes.clone()).await.unwrap_err();
            assert_eq!(status.code(), Code::InvalidArgument, "{path} {index} {status:?}");
            let seen = format!("{status:?}{}", String::from_utf8_lossy(status.details()));
            assert!(!seen.contains("planted"), "{seen}");
        }
        let status = call(server.channel(), SUBMIT, Some(&bearer), garbage[0].clone()).await.unwrap_err();
        assert_eq!(reason(&status), "MALFORMED_REQUEST");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_ends_at_its_limit() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.credential("default", &[AccessRole::Intake]).await.1);
    // An unknown field of bytes: decodes, and is as long as it has to be.
    let message = |length: usize| {
        let mut message = vec![0xfa, 0x3e];
        prost::encoding::encode_varint((length - 6) as u64, &mut message);
        message.resize(length, b'x');
        message
    };
    for (length, expected) in [
        (limits::MESSAGE_BYTES_MAX, (Code::InvalidArgument, "REQUIRED")),
        (limits::MESSAGE_BYTES_MAX + 1, (Code::ResourceExhausted, "MESSAGE_TOO_LARGE")),
    ] {
        assert_eq!(message(length).len(), length);
        let status = call(server.channel(), SUBMIT, Some(&bearer), message(length)).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), expected, "{length}");
    }
    let status = call(server.channel(), STREAM, Some(&bearer), message(limits::MESSAGE_BYTES_MAX + 1)).await;
    let status = status.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
}
