internal import CHarnessBench
package import CrashLabModel
internal import Glibc

/// What a program does that is run by itself and under a tracer.
package enum Workload: String, CaseIterable, Sendable {
  case handledFaults = "handled-faults"
  case threads, compute

  /// Does it in this process, and says on standard output how many nanoseconds it took.
  ///
  /// - Throws: SystemError if it can't be done.
  package func workHere(_ count: UInt32) throws(SystemError) {
    let elapsed =
      switch self {
      case .handledFaults: clab_work_handled_faults(count)
      case .threads: clab_work_threads(count)
      case .compute: clab_work_compute(count)
      }
    if elapsed == 0 { throw SystemError("work", rawValue, code: errno) }
    print(Self.label, elapsed)
  }

  /// What `workHere` has written; nil for any other line.
  static func elapsed(in line: Substring.UTF8View) -> Double? {
    let words = Substring(line).split(separator: " ")
    return words.count == 2 && words[0] == label ? Double(words[1]) : nil
  }

  private static let label = "elapsed-nanoseconds"
}
