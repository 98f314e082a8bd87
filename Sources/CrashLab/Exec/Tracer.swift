internal import CrashLabModel
internal import Glibc

/// Whose rights a program would have that is run under this process's eyes.
struct Tracer: Equatable {
  var user: UInt32
  var group: UInt32
  /// CAP_SYS_PTRACE: it may trace whatever it likes, and tracing takes no rights away.
  var mayTraceAll = false
  /// no_new_privs: a program gets no rights by its file, traced or not.
  var gainsNothing = false
  /// The capabilities that it has, and those that a program may get at all.
  var permitted: UInt64 = 0
  var bounding: UInt64 = .max

  init(
    user: UInt32, group: UInt32, mayTraceAll: Bool = false, gainsNothing: Bool = false,
    permitted: UInt64 = 0, bounding: UInt64 = .max
  ) {
    self.user = user
    self.group = group
    self.mayTraceAll = mayTraceAll
    self.gainsNothing = gainsNothing
    self.permitted = permitted
    self.bounding = bounding
  }

  /// - Parameter status: the text of /proc/self/status.
  init(user: UInt32, group: UInt32, status: String) {
    var sets: [Substring: UInt64] = [:]
    for line in status.split(separator: "\n") {
      let words = line.split { $0 == ":" || $0 == "\t" || $0 == " " }
      if words.count == 2 { sets[words[0]] = UInt64(words[1], radix: 16) }
    }
    let tracing: UInt64 = 1 << 19  // include/uapi/linux/capability.h
    self.init(
      user: user, group: group, mayTraceAll: sets["CapEff", default: 0] & tracing != 0,
      gainsNothing: sets["NoNewPrivs"] == 1, permitted: sets["CapPrm"] ?? 0,
      bounding: sets["CapBnd"] ?? .max)
  }

  static func current() -> Tracer {
    Tracer(
      user: geteuid(), group: getegid(), status: readSmallFile("/proc/self/status") ?? "")
  }
}
