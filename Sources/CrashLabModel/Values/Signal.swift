/// A signal, by its number and by its name.
public struct Signal: Hashable, Sendable, CustomStringConvertible {
  public var number: CInt

  public init(_ number: CInt) { self.number = number }

  public static let segv = Signal(11)
  public static let bus = Signal(7)
  public static let ill = Signal(4)
  public static let fpe = Signal(8)
  public static let trap = Signal(5)
  public static let abrt = Signal(6)
  public static let kill = Signal(9)
  public static let term = Signal(15)

  package static let int = Signal(2)
  package static let quit = Signal(3)
  package static let pipe = Signal(13)
  package static let sys = Signal(31)
  package static let xcpu = Signal(24)
  package static let xfsz = Signal(25)

  /// The processor raises it.
  package var isFault: Bool { [.segv, .bus, .ill, .fpe, .trap].contains(self) }

  /// Its default action ends the process with a core dump (signal(7)): it tells of a crash, where
  /// others only tell of an end.
  package var isCrash: Bool { isFault || [.abrt, .sys, .quit, .xcpu, .xfsz].contains(self) }

  /// `SIGSEGV`; a number without a name is written `SIG99`.
  public var description: String { Signal.names[number] ?? "SIG\(number)" }

  // The numbers of x86-64, aarch64 and RISC-V (include/uapi/asm-generic/signal.h).
  private static let names: [CInt: String] = [
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS",
    8: "SIGFPE", 9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE",
    14: "SIGALRM", 15: "SIGTERM", 16: "SIGSTKFLT", 17: "SIGCHLD", 18: "SIGCONT", 19: "SIGSTOP",
    20: "SIGTSTP", 21: "SIGTTIN", 22: "SIGTTOU", 23: "SIGURG", 24: "SIGXCPU", 25: "SIGXFSZ",
    26: "SIGVTALRM", 27: "SIGPROF", 28: "SIGWINCH", 29: "SIGIO", 30: "SIGPWR", 31: "SIGSYS",
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
