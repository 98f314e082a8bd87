import CHarness
import CHostileChildren
import CrashLab
import CrashLabText
import Glibc

/// Children that do to the laboratory whatever a corrupted process might. Prints the run as JSON,
/// or with --text as a person reads it; the tests say what must come of each. With --busy the
/// laboratory does something else for a while after each.
@main
enum HostileChildren {
  static func main() throws {
    var wanted = Array(CommandLine.arguments.dropFirst())
    let isText = wanted.first == "--text"
    let isBusy = wanted.first == "--busy"
    if isText || isBusy { wanted.removeFirst() }
    let cases = all.filter { wanted.isEmpty || wanted.contains($0.name) }
    let laboratory = try Laboratory(options: .init(jobs: isBusy ? 2 : 1, timeout: 10))
    var reporter: any Reporter =
      isText
      ? TextReporter(theme: .plain, caseNames: [], isVerbose: true)
      : JSONReporter(machine: laboratory.machine)
    var summary = RunReport.Summary()
    let before = openDescriptors()
    try laboratory.run(PlannedTrial.plan(cases)) {
      summary.add($0.verdict)
      try Output.standard.write(reporter.trial(TrialReport($0)))
      if isBusy { usleep(1_500_000) }
    }
    try Output.standard.write(reporter.end(duration: 0))
    // One is the board, which is kept for the next trial.
    if openDescriptors() > before + 1 { fatalError("a child has left descriptors here") }
    exit(summary.laboratoryErrors > 0 ? EX_SOFTWARE : summary.notAsExpected > 0 ? 1 : 0)
  }

  private static func openDescriptors() -> Int { (0..<1024).count { fcntl($0, F_GETFD) >= 0 } }

  /// The descriptor that a child has its channel on.
  static let channel: CInt = 3

  static let dies = Expectation.dies(.init(.segv, site: .init(.nullPage)))

  /// Characters that a terminal would obey.
  static let escapes = "\u{1B}[31m\u{7}\r\n\u{202E})"

  static func hostile(
    _ name: String, deadline: Double? = nil, expect: Expectation = dies,
    body: @escaping @Sendable (Child) -> Void
  ) -> CrashCase {
    CrashCase(name, "hostile", lesson: "", deadline: deadline, expect: expect, body: body)
  }

  /// One that is only ended by its deadline.
  static func endless(_ name: String, body: @escaping @Sendable (Child) -> Void) -> CrashCase {
    hostile(name, deadline: 0.3, expect: .init(ending: .deadline)) { child in
      body(child)
      while true { pause() }
    }
  }

  static func crash() {
    UnsafeMutablePointer<UInt8>(bitPattern: Child.opaque(8))?.pointee = 1
  }

  /// Starts a process that stays until somebody ends it.
  static func startGrandchild(_ body: () -> Void = {}) {
    if fork() == 0 {
      body()
      while true { pause() }
    }
  }

  static func execute(_ arguments: String...) {
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    execv(arguments[0], &vector)
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

  static let all = messages + processes + resources + disguises

  /// What it says.
  static let messages: [CrashCase] = [
    hostile("writes-garbage") { _ in
      _ = "this is no evidence".withCString { write(channel, $0, 19) }
      crash()
    },
    hostile("sends-half-a-message") { _ in
      send(message(), bytes: 100)
      crash()
    },
    hostile("sends-an-impossible-signal") { _ in
      var message = message()
      message.signal = 4711
      send(message)
      crash()
    },
    hostile("sends-an-endless-trace") { _ in
      var message = message()
      message.trace.stop = CLAB_STOP_OUTERMOST.rawValue
      message.trace.entry_count = UInt32.max
      send(message)
      crash()
    },
    hostile("sends-an-endless-fold") { _ in
      var message = message()
      message.trace.stop = CLAB_STOP_OUTERMOST.rawValue
      message.trace.entry_count = 1
      message.trace.entries.0.count = UInt64.max
      message.trace.entries.0.period = UInt32.max
      send(message)
      crash()
    },
    hostile("sends-descriptors") { _ in
      hostile_send_descriptors(channel)
      crash()
    },
    hostile("replays") { _ in
      for _ in 0..<3 {
        send(message())
        var answer: UInt8 = 0
        recv(channel, &answer, 1, 0)
      }
      crash()
    },
    hostile("floods-the-socket", deadline: 20) { _ in
      for _ in 0..<100_000 { send(message()) }
    },
    hostile("speaks-through-another") { _ in
      startGrandchild {
        setsid()
        send(message())
      }
      sleep(10)
    },
    hostile("closes-every-descriptor") { _ in
      hostile_close_everything()
      crash()
    },
    hostile("shuts-the-socket-down") { _ in
      shutdown(channel, CInt(SHUT_RDWR))
      crash()
    },
    hostile("lies-about-its-board", expect: .init(ending: .exits(0))) { _ in
      hostile_forge_board()
      exit(0)
    },
    hostile("unmaps-its-board") { _ in
      hostile_unmap_board()
      crash()
    },
    hostile("cuts-its-board-off", expect: .init(ending: .exits(0), counters: ["refused": 1...1])) {
      child in
      child.note("refused", hostile_truncate_board() ? 0 : 1)
      exit(0)
    },
    hostile("looks-for-other-boards", expect: .init(ending: .exits(0), counters: ["boards": 1...1]))
    { child in
      child.note("boards", Int(hostile_count_boards()))
      exit(0)
    },
  ]

  /// Whom it stops, ends, starts and leaves.
  static let processes: [CrashCase] = [
    endless("stops-itself") { _ in raise(SIGSTOP) },
    endless("traces-itself") { _ in
      hostile_be_traced()
      crash()
    },
    hostile("stops-the-control-process") { _ in
      hostile_signal_control(SIGSTOP)
      usleep(20_000)
      crash()
    },
    hostile("ends-the-control-process") { _ in
      hostile_signal_control(SIGKILL)
      usleep(20_000)
      crash()
    },
    endless("will-have-been-armed") { _ in hostile_forge_arming() },
    hostile("leaves-at-once", expect: .init(ending: .exits(0))) { _ in exit(0) },
    hostile("stays-a-while", deadline: 1, expect: .init(ending: .exits(0))) { _ in
      usleep(1_900_000)
      exit(0)
    },
    endless("leaves-its-group") { _ in setpgid(0, getppid()) },
    hostile("leaves-a-grandchild", expect: .init(ending: .exits(0))) { _ in
      startGrandchild()
      exit(0)
    },
    hostile("hides-a-grandchild", expect: .init(ending: .exits(0))) { _ in
      startGrandchild { setsid() }
      usleep(20_000)
      exit(0)
    },
    hostile("hides-a-family", expect: .init(ending: .exits(0))) { _ in
      for _ in 0..<30 {
        startGrandchild {
          setsid()
          startGrandchild { raise(SIGSTOP) }
        }
      }
      usleep(20_000)
      exit(0)
    },
    endless("hides-in-every-way") { _ in
      startGrandchild { setsid() }
      startGrandchild {
        setsid()
        hostile_close_everything()
        execute("/bin/sleep", "1000")
      }
      startGrandchild {
        setsid()
        hostile_name_itself(escapes)
        startGrandchild { raise(SIGSTOP) }
      }
    },
    hostile("executes-something-short", expect: .init(ending: .exits(0))) { _ in
      execute("/bin/true")
    },
    endless("executes-something-long") { _ in execute("/bin/sleep", "1000") },
    hostile("ends-at-its-deadline", deadline: 0.05, expect: .init(ending: .exits(0))) { _ in
      // Bystanders are started between; a while of trying meets the moment now and then.
      usleep(50_000 - UInt32(getpid()) % 16 * 100)
      exit(0)
    },
  ]

  /// What it uses up.
  static let resources: [CrashCase] = [
    hostile("fills-the-disk", expect: .init(ending: .killed(Signal(SIGXFSZ)))) { _ in
      var name = Array("/tmp/hostile-XXXXXX".utf8CString)
      let file = mkstemp(&name)
      unlink(name)
      let block = [UInt8](repeating: 1, count: 1 << 20)
      while write(file, block, block.count) > 0 {}
    },
    hostile(
      "eats-memory", expect: .init(ending: .exits(0), counters: ["mebibytes": 512...1024])
    ) { child in
      var blocks = 0
      while mmap(nil, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        != MAP_FAILED
      { blocks += 1 }
      child.note("mebibytes", blocks)
      exit(0)
    },
  ]

  /// What it pretends to be, and what it shuts out.
  static let disguises: [CrashCase] = [
    endless("blocks-every-signal") { _ in hostile_block_every_signal() },
    hostile("blocks-every-signal-and-crashes") { _ in
      hostile_block_every_signal()
      crash()
    },
    hostile(
      "names-itself-with-escapes",
      expect: .dies(.init(.segv, site: .inGuard(of: .thread, escapes)))
    ) { child in
      child.tell("told \(escapes)")
      child.note(escapes, 1)
      child.thread(escapes) { _ = hostile_recurse(0) }
    },
    hostile("makes-itself-undumpable") { _ in
      hostile_be_undumpable()
      crash()
    },
  ]
}
