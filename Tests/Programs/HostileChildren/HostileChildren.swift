import CHarness
import CHostileChildren
import CrashLab
import Glibc

/// Children that do to the laboratory whatever a corrupted process might. Prints the run as JSON;
/// the tests say what must come of each.
@main
enum HostileChildren {
  static func main() throws {
    let wanted = CommandLine.arguments.dropFirst()
    let cases = all.filter { wanted.isEmpty || wanted.contains($0.name) }
    let laboratory = try Laboratory(options: .init(jobs: 2, timeout: 1))
    var reporter = JSONReporter(output: .standard, machine: laboratory.machine)
    try laboratory.run(PlannedTrial.plan(cases)) { try reporter.trial($0) }
    try reporter.end(duration: 0)
  }

  /// The descriptor that a child has its channel on.
  static let channel: CInt = 3

  static let dies = Expectation.dies(.init(.segv, site: .init(.nullPage)))

  static func hostile(
    _ name: String, deadline: Double? = nil, expect: Expectation = dies,
    body: @escaping @Sendable (Child) -> Void
  ) -> CrashCase {
    CrashCase(name, "hostile", lesson: "", deadline: deadline, expect: expect, body: body)
  }

  static func crash() {
    UnsafeMutablePointer<UInt8>(bitPattern: Child.opaque(8))?.pointee = 1
  }

  /// A well-formed message of the kind "finished".
  static func message() -> clab_evidence {
    var message = clab_evidence()
    message.magic = UInt32(CLAB_EVIDENCE_MAGIC)
    message.size = UInt32(MemoryLayout<clab_evidence>.size)
    message.kind = CLAB_MESSAGE_FAULT.rawValue
    message.signal = SIGSEGV
    return message
  }

  static func send(_ message: clab_evidence, bytes: Int = MemoryLayout<clab_evidence>.size) {
    withUnsafeBytes(of: message) {
      _ = Glibc.send(channel, $0.baseAddress, bytes, CInt(MSG_NOSIGNAL))
    }
  }

  static let all: [CrashCase] = [
    hostile("garbage") { _ in
      _ = "this is no evidence".withCString { write(channel, $0, 19) }
      crash()
    },
    hostile("truncated") { _ in
      send(message(), bytes: 100)
      crash()
    },
    hostile("impossible-signal") { _ in
      var message = message()
      message.signal = 4711
      send(message)
      crash()
    },
    hostile("endless-trace") { _ in
      var message = message()
      message.trace.stop = CLAB_STOP_OUTERMOST.rawValue
      message.trace.entry_count = UInt32.max
      send(message)
      crash()
    },
    hostile("endless-fold") { _ in
      var message = message()
      message.trace.stop = CLAB_STOP_OUTERMOST.rawValue
      message.trace.entry_count = 1
      message.trace.entries.0.count = UInt64.max
      message.trace.entries.0.period = UInt32.max
      send(message)
      crash()
    },
    hostile("replay", deadline: 20) { _ in
      for _ in 0..<3 { send(message()) }
      crash()
    },
    hostile("flood", deadline: 20) { _ in
      for _ in 0..<100_000 { send(message()) }
    },
    hostile("no-descriptors") { _ in
      hostile_close_everything()
      crash()
    },
    hostile("socket-shut-down") { _ in
      shutdown(channel, CInt(SHUT_RDWR))
      crash()
    },
    hostile("stopped", expect: .init(ending: .deadline)) { _ in raise(SIGSTOP) },
    hostile("leaves-its-group", expect: .init(ending: .deadline)) { _ in
      setpgid(0, getppid())
      while true { pause() }
    },
    hostile("leaves-a-grandchild", expect: .init(ending: .exits(0))) { _ in
      if fork() == 0 { while true { pause() } }
      exit(0)
    },
    hostile("hides-a-grandchild", expect: .init(ending: .exits(0))) { _ in
      if fork() == 0 {
        setsid()
        while true { pause() }
      }
      usleep(20_000)
      exit(0)
    },
    hostile("lies-about-its-board", expect: .init(ending: .exits(0))) { _ in
      hostile_forge_board()
      exit(0)
    },
  ]
}
