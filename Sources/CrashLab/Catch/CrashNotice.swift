internal import CrashLabModel

/// What the kernel says of a process that crashes, as the words of kernel.core_pattern (core(5)).
package struct CrashNotice: Sendable, Equatable {
  /// In the first pid namespace, as all numbers here.
  package var process: Int32
  package var thread: Int32
  package var signal: Signal
  /// Seconds since 1970.
  package var time: Int
  /// 1: the crashing user may read what is told of it; 0 and 2: only root may (PR_GET_DUMPABLE).
  package var dumpMode: Int
  package var user: UInt32
  package var group: UInt32
  /// Of the process; nil before Linux 6.16.
  package var pidfd: Int32?

  /// What core_pattern says, in the order in which `init(words:)` takes it.
  package static let pattern = "%P %I %s %t %d %u %g %F"

  /// Nil if these are not the kernel's words.
  ///
  /// - Parameter words: a specifier that the kernel does not know leaves an empty one.
  package init?(words: [String]) {
    let words = words.filter { !$0.isEmpty }
    guard (7...8).contains(words.count), let process = Int32(words[0]), process > 0,
      let thread = Int32(words[1]), thread > 0, let signal = Int32(words[2]),
      (1...64).contains(signal), let time = Int(words[3]), CrashNotice.times.contains(time),
      let dumpMode = Int(words[4]),
      let user = UInt32(words[5]), let group = UInt32(words[6])
    else { return nil }
    self.process = process
    self.thread = thread
    self.signal = Signal(signal)
    self.time = time
    self.dumpMode = dumpMode
    self.user = user
    self.group = group
    pidfd = words.count > 7 ? Int32(words[7]).flatMap { $0 > 2 ? $0 : nil } : nil
  }

  /// Those that have a year of four digits, which the report's name has.
  private static let times = 0..<253_370_764_800

  /// Who may read the report beside root; nil: nobody.
  ///
  /// A process that had more rights than its user, or that nobody may look into, is told to root alone.
  package var reader: (user: UInt32, group: UInt32)? { dumpMode == 1 ? (user, group) : nil }

  /// Whose rights the reader of the crash has left: the user's, or nobody's where the user is root or
  /// may not look into the process.
  var readingUser: (user: UInt32, group: UInt32) {
    dumpMode == 1 && user != 0 ? (user, group) : (CrashNotice.nobody, CrashNotice.nobody)
  }

  /// The kernel's own number for a user that has none here (fs.overflowuid).
  private static let nobody: UInt32 = 65534
}
