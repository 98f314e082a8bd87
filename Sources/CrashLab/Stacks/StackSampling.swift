internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Looks at where threads stand, many times a second, and stops those that it must.
///
/// A thread that runs is stopped for its registers. One that sleeps in the kernel is not, unless it
/// is deeper than ever before: the stop ends its system call, which most calls begin anew.
struct StackSampling {
  private let process: pid_t
  /// How often a thread was looked at.
  private(set) var count = 0
  /// Those that were told to stop.
  private var asked: Set<Int32> = []
  /// Where the next round begins.
  private var next = 0

  /// So many threads are looked at in a round; the others in the next.
  private static let mostAtOnce = 64

  init(of process: pid_t) { self.process = process }

  /// - Parameter isDeeper: whether a stack pointer of a thread is deeper than what was seen of it.
  mutating func look(at threads: [Int32], isDeeper: (Int32, Address) -> Bool) {
    guard !threads.isEmpty else { return }
    let room = min(threads.count, StackSampling.mostAtOnce)
    for index in 0..<room {
      let thread = threads[(next + index) % threads.count]
      guard !asked.contains(thread),
        let text = readSmallFile("/proc/\(process)/task/\(thread)/syscall")
      else { continue }
      count += 1
      if let sleeping = Sleeping(text) {
        guard clab_call_begins_anew(sleeping.call),
          isDeeper(thread, sleeping.stackPointer)
        else { continue }
      }
      if clab_observer_interrupt(thread) == 0 { asked.insert(thread) }
    }
    next = (next + room) % threads.count
  }

  /// A thread stands: true if it was told to.
  mutating func hasStopped(_ thread: Int32) -> Bool { asked.remove(thread) != nil }

  /// A thread that is in a system call (fs/proc/base.c, proc_pid_syscall): its number, six arguments,
  /// stack pointer and program counter.
  private struct Sleeping {
    var call: Int
    var stackPointer: Address

    init?(_ text: String) {
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.count == 9, let call = Int(words[0]),
        let pointer = UInt64(words[7].dropFirst(2), radix: 16)
      else { return nil }
      (self.call, stackPointer) = (call, Address(pointer))
    }
  }
}
