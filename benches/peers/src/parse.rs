//! A bare parse of JSON Lines by sonic-rs, to a value and no further: prints its CPU seconds.

use std::{env, fs};

use rustix::time::{ClockId, clock_gettime};

fn cpu() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

fn main() {
    let path = env::args().nth(1).expect("a file");
    let lines = fs::read(path).expect("it can be read");
    let (begin, mut rows) = (cpu(), 0_usize);
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let value: sonic_rs::Value = sonic_rs::from_slice(line).expect("it is JSON");
        rows += usize::from(sonic_rs::JsonValueTrait::is_object(&value));
    }
    println!("{}", cpu() - begin);
    assert!(rows > 0);
}
