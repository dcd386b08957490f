//! Compiles the wire contract without `protoc`, and keeps its descriptor set, options included, beside the code.

use std::{env, error::Error, fs, path::PathBuf};

const PROTOS: [&str; 5] = [
    "triaged/v1/analysis_service.proto",
    "triaged/v1/case_service.proto",
    "triaged/v1/intake_service.proto",
    "triaged/v1/queue_service.proto",
    "triaged/v1/tenant_admin_service.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_source_info(true).include_imports(true).open_files(PROTOS)?;
    // Encoded by protox, since prost's own types would drop the options.
    fs::write(out.join("triaged.v1.bin"), compiler.encode_file_descriptor_set())?;
    let set = compiler.file_descriptor_set();
    tonic_prost_build::configure().build_client(true).build_server(true).compile_fds(set)?;
    Ok(())
}
