import Foundation

/// kernel.core_pattern is the whole machine's: tests that need dumps in files, and those that set
/// another one, keep each other waiting, in other runs too.
enum CorePattern {
  private static let file = "/tmp/crashlab-core-pattern.lock"

  /// While crashes are dumped as the machine has it.
  static func untouched<Value>(_ body: () throws -> Value) throws -> Value {
    try locked(LOCK_SH, body)
  }

  /// While nobody else needs it.
  static func alone<Value>(_ body: () throws -> Value) throws -> Value {
    try locked(LOCK_EX, body)
  }

  private static func locked<Value>(_ kind: CInt, _ body: () throws -> Value) throws -> Value {
    // Without O_CREAT first: the kernel protects what is another user's in such a folder.
    var lock = open(file, O_RDONLY | O_CLOEXEC)
    if lock < 0 { lock = open(file, O_RDONLY | O_CREAT | O_CLOEXEC, 0o644) }
    defer { close(lock) }
    while flock(lock, kind) != 0, errno == EINTR {}
    return try body()
  }

  /// Of the processes that tests start, none is handed to a handler: RLIMIT_CORE of 1 byte says so
  /// (core(5)). What is to be dumped raises it.
  static let isQuiet: Bool = {
    let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return false }
    limit.rlim_cur = min(1, limit.rlim_max)
    return setrlimit(resource, &limit) == 0
  }()
}
