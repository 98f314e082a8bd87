import CNativeCases
import CrashLab

// The child has this machine's C library: what musl gives is the size and the guard, asked for here.
let threadSizeOfMusl = CrashCase(
  "thread-size-of-musl",
  "300 levels of 1 KiB: they fit into a thread as glibc makes it, not into one as musl does.",
  lesson: """
    musl gives a thread 128 KiB and two guard pages where glibc gives what `ulimit -s` says, mostly \
    8 MiB. What works on Debian overflows on Alpine after a few hundred calls, without a word. Ask \
    for the size that is needed (pthread_attr_setstacksize), or link with -Wl,-z,stack-size=BYTES.
    """,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .inGuard(
          ofThread: "as musl makes it", guardSize: 8 << 10, stackSize: (120 << 10)...(136 << 10)),
        frames: ["parse_nested"], period: 1)
    ],
    ending: .killed(.segv), counters: ["levels on 8 MiB": 300...300])
) { child in
  child.thread("as glibc makes it", stackSize: 8 << 20) {
    child.note("levels on 8 MiB", Int(clab_case_parse(300)))
  }
  child.thread("as musl makes it", stackSize: 128 << 10, guardSize: 8 << 10) {
    _ = clab_case_parse(300)
  }
}
