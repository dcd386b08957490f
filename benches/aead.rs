//! Which cipher seals: AES-256-GCM against AES-256-GCM-SIV, by CPU time in one run. Prints ratios; times alone depend on
//! the machine. `cargo bench --bench aead`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints its figures and stops at any fault")]

use aws_lc_rs::aead::{AES_256_GCM, AES_256_GCM_SIV, Aad, Algorithm, RandomizedNonceKey};
use rustix::time::{ClockId, clock_gettime};

/// Associated data of the width that sealing uses.
const PLACE: [u8; 84] = [7; 84];
const ROUNDS: u32 = 60_000;
const REPEATS: usize = 5;

/// CPU time of this process in nanoseconds.
fn cpu() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// The best of some repeats, in nanoseconds an act.
fn measure(mut act: impl FnMut()) -> f64 {
    let mut best = i64::MAX;
    for _ in 0..REPEATS {
        let start = cpu();
        for _ in 0..ROUNDS {
            act();
        }
        best = best.min(cpu() - start);
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let nanos = best as f64 / f64::from(ROUNDS);
    nanos
}

/// Nanoseconds for a new key, a seal and an open of `bytes`.
fn figures(cipher: &'static Algorithm, bytes: usize) -> [f64; 3] {
    let key = RandomizedNonceKey::new(cipher, &[1; 32]).unwrap();
    let mut text = vec![0; bytes];
    let make = measure(|| drop(RandomizedNonceKey::new(cipher, &[1; 32]).unwrap()));
    let seal = measure(|| drop(key.seal_in_place_separate_tag(Aad::from(PLACE), &mut text).unwrap()));
    let mut sealed = vec![0; bytes];
    let nonce = key.seal_in_place_append_tag(Aad::from(PLACE), &mut sealed).unwrap();
    let nonce: [u8; 12] = *nonce.as_ref();
    let open = measure(|| {
        let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(nonce);
        let mut copy = sealed.clone();
        key.open_in_place(nonce, Aad::from(PLACE), &mut copy).unwrap();
    });
    [make, seal, open]
}

fn main() {
    println!("bytes   what   GCM ns   SIV ns   SIV/GCM");
    for bytes in [32, 300, 1500, 16_384] {
        let (gcm, siv) = (figures(&AES_256_GCM, bytes), figures(&AES_256_GCM_SIV, bytes));
        for (what, (gcm, siv)) in ["key", "seal", "open"].iter().zip(gcm.iter().zip(siv)) {
            println!("{bytes:>5}   {what:<4} {gcm:>8.0} {siv:>8.0}   {:>7.2}", siv / gcm);
        }
    }
}
