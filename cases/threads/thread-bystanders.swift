import CrashLab

let threadBystanders = CrashCase(
  "thread-bystanders", "One thread overflows; 64 others do not.",
  lesson: """
    The default action of SIGSEGV ends the thread group. It does not matter that 64 threads are \
    healthy: all of them stop at once.
    """,
  bystanders: 64,
  expect: .dies(
    .init(.segv, access: .write, site: .inGuard(ofThread: "overflower")))
) { child in
  child.thread("overflower") { _ = descend(0) }
}
