// Overflows the main stack, or with an argument the 64 KiB stack of a thread. Rust's own handler
// catches the fault, says so in a line, and aborts.
use std::hint::black_box;

#[inline(never)]
fn descend(level: u64) -> u64 {
    let frame = [level; 8];
    black_box(&frame);
    descend(level + 1) + frame[black_box(3)]
}

fn main() {
    if std::env::args().count() > 1 {
        let thread = std::thread::Builder::new().name("overflower".into()).stack_size(64 << 10);
        thread.spawn(|| black_box(descend(0))).unwrap().join().unwrap();
    } else {
        black_box(descend(0));
    }
}
