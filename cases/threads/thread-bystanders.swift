import CrashLab

let threadBystanders = CrashCase(
  "thread-bystanders", "One thread overflows; 64 others have done nothing wrong.",
  lesson: """
    The default action of SIGSEGV ends the thread group. That 64 threads are healthy does not help \
    them: all of them stop at once.
    """,
  bystanders: 64,
  expect: .dies(
    .init(.segv, code: .segvAccErr, access: .write, site: .inGuard(of: .thread, "overflower")))
) { child in
  child.thread("overflower") { _ = descend(0) }
}
