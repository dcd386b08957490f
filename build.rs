//! Compiles the wire contract without `protoc`, and keeps its descriptor set, options included, beside the code.
//! Messages carry customers' text and secrets, so that none of them gets a `Debug` that prints its fields.

use std::{env, error::Error, fmt::Write as _, fs, path::PathBuf};

const PROTOS: [&str; 7] = [
    "triaged/v1/analysis_service.proto",
    "triaged/v1/case_service.proto",
    "triaged/v1/intake_service.proto",
    "triaged/v1/policy_service.proto",
    "triaged/v1/privacy_service.proto",
    "triaged/v1/queue_service.proto",
    "triaged/v1/tenant_admin_service.proto",
];

/// The codec that answers malformed bytes without echoing them.
const CODEC: &str = "crate::service::codec::Codec";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_source_info(true).include_imports(true).open_files(PROTOS)?;
    // Encoded by protox, since prost's own types would drop the options.
    fs::write(out.join("triaged.v1.bin"), compiler.encode_file_descriptor_set())?;
    let set = compiler.file_descriptor_set();
    let (mut opaque, mut debug) = (Vec::new(), String::new());
    for file in set.file.iter().filter(|file| file.package() == "triaged.v1") {
        for message in &file.message_type {
            let name = message.name();
            opaque.push(format!(".triaged.v1.{name}"));
            opaque_debug(&mut debug, name, name)?;
            // The `oneof` that stands for an `optional` field has no type of its own.
            let made =
                |index: i32| message.field.iter().any(|one| one.proto3_optional() && one.oneof_index == Some(index));
            let oneofs = (0..).zip(&message.oneof_decl).filter(|(index, _)| !made(*index));
            for (_, oneof) in oneofs {
                let path = format!("{}::{}", snake(name), upper(oneof.name()));
                opaque_debug(&mut debug, &path, name)?;
            }
        }
    }
    fs::write(out.join("debug.rs"), debug)?;
    let build = tonic_prost_build::configure().build_client(true).build_server(true).codec_path(CODEC);
    build.skip_debug(opaque).compile_fds(set)?;
    Ok(())
}

/// Writes a `Debug` that tells the name only.
fn opaque_debug(code: &mut String, path: &str, name: &str) -> std::fmt::Result {
    writeln!(
        code,
        "impl ::core::fmt::Debug for {path} {{ fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> \
         ::core::fmt::Result {{ formatter.write_str(\"{name}\") }} }}"
    )
}

/// `EmailThread` → `email_thread`, as prost names the module of a message.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// `kind` → `Kind`, as prost names a oneof of one word.
fn upper(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}
