internal import Glibc

/// A signal, by its number and by its name.
public struct Signal: Hashable, Sendable, CustomStringConvertible {
  public var number: CInt

  public init(_ number: CInt) { self.number = number }

  public static let segv = Signal(SIGSEGV)
  public static let bus = Signal(SIGBUS)
  public static let ill = Signal(SIGILL)
  public static let fpe = Signal(SIGFPE)
  public static let trap = Signal(SIGTRAP)
  public static let abrt = Signal(SIGABRT)
  public static let kill = Signal(SIGKILL)
  public static let term = Signal(SIGTERM)

  /// What the processor raises.
  public var isFault: Bool { [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP].contains(number) }

  /// Whether its default action is to end the process with a core dump (signal(7)): it tells of a
  /// crash, where others only tell of an end.
  public var isCrash: Bool {
    isFault || [SIGABRT, SIGSYS, SIGQUIT, SIGXCPU, SIGXFSZ].contains(number)
  }

  /// `SIGSEGV`; a number without a name is written `SIG99`.
  public var description: String { Signal.names[number] ?? "SIG\(number)" }

  private static let names: [CInt: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL",
    SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
    SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
    SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGCHLD: "SIGCHLD",
    SIGCONT: "SIGCONT", SIGSTOP: "SIGSTOP", SIGTSTP: "SIGTSTP", SIGTTIN: "SIGTTIN",
    SIGTTOU: "SIGTTOU", SIGURG: "SIGURG", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
    SIGVTALRM: "SIGVTALRM", SIGPROF: "SIGPROF", SIGWINCH: "SIGWINCH", SIGIO: "SIGIO",
    SIGPWR: "SIGPWR", SIGSYS: "SIGSYS",
  ]
}

extension Signal: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    if let named = Signal.names.first(where: { $0.value == text }) {
      number = named.key
    } else if text.hasPrefix("SIG"), let value = CInt(text.dropFirst(3)) {
      number = value
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "no signal is named so")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
