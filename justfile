# The habits of this project. `just` lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

# List the recipes
default:
    @just --list

# Build the release binary
build:
    cargo build --release --locked

# Run the service with its default, safe configuration
serve *ARGS:
    cargo run --release --locked -- serve {{ARGS}}

# All tests, in the one profile for tests
test *ARGS:
    cargo test --profile ci --locked {{ARGS}}

# What a reviewer would say first: format, lints
lint:
    cargo fmt --check
    cargo clippy --profile ci --all-targets --locked -- -D warnings
    for feature in "" columnar age; do \
        cargo clippy --profile ci --lib --bins --locked --no-default-features --features "$feature" -- -D warnings; \
    done

# Real clients (grpcurl, Python, Node) against the release binary, plain on loopback and over TLS
interop: build
    python3 interop/run.py --binary "${CARGO_TARGET_DIR:-target}/release/triaged"

# Performance as ratios, side by side in one run
bench: build
    cargo bench --locked

# Kill and fault suites at their full counts
soak:
    TRIAGED_SOAK=2000 cargo test --profile ci --locked --test store_crash
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test store_faults
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test store_rotation
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test end_to_end_crash -- --nocapture
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test end_to_end_live -- --nocapture
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test end_to_end_flood -- --nocapture
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test service_edge -- --nocapture watch::
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test queue_model
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test rescore killed
    TRIAGED_SOAK=1 cargo test --profile ci --locked --test end_to_end_rescore lease -- --nocapture

# An archive on a local Spark cluster with an executor killed, against one machine
spark TIMES="1000": build
    python3 interop/spark.py --binary "${CARGO_TARGET_DIR:-target}/release/triaged" --times {{TIMES}}

# Freeze the lexicon of a released COMMIT, which the next release ships beside its own (decision 16)
lexicon-snapshot COMMIT:
    python3 data/lexicon/snapshot.py {{COMMIT}}
    cargo test --profile ci --locked --lib lexicon::

# Break guarantees on purpose and see that their tests turn red
mutations *NAMES:
    python3 tests/mutations/run.py {{NAMES}}

# The laws of redaction over many generated and mutated conversations, for at most MINUTES
fuzz CASES="200000" MINUTES="10":
    cargo test --profile ci --locked --test redaction_laws --no-run
    PROPTEST_CASES={{CASES}} timeout --foreground {{MINUTES}}m cargo test --profile ci --locked --test redaction_laws || [ $? = 124 ]

# MB per CPU-second and accuracy of other redactors beside triaged, on the redaction corpus
bench-peers: build
    python3 benches/peers/run.py --binary "${CARGO_TARGET_DIR:-target}/release/triaged" --work "${CARGO_TARGET_DIR:-target}/peers"

# `triaged rescore` on generated tickets: speed, memory, stages, peers beside it; the larger run needs 8 GB of disk
bench-archive *ARGS: build
    python3 benches/tickets/run.py --binary "${CARGO_TARGET_DIR:-target}/release/triaged" --work "${CARGO_TARGET_DIR:-target}/tickets" --tickets "$(cargo bench --locked --bench tickets --no-run --message-format=json | jq -r 'select(.target.name == "tickets" and .executable != null).executable')" {{ARGS}}
