/// The `si_code` of a signal: why it came. Its names depend on the signal (sigaction(2)).
public struct SignalCode: Hashable, Sendable, Codable, CustomStringConvertible {
  public var signal: Signal
  public var number: CInt

  public init(_ number: CInt, of signal: Signal) {
    self.signal = signal
    self.number = number
  }

  /// Sent by a process (kill, sigqueue, tgkill) rather than raised by the kernel for a fault.
  public var isSent: Bool { number <= 0 }

  /// Whether siginfo_t has the sender's process and user: what a timer, a descriptor or the end of
  /// an asynchronous access sends has something else in their place (sigaction(2)).
  package var tellsSender: Bool { [0, -1, -3, -6].contains(number) }

  /// The kernel could not say an address: SI_KERNEL.
  public var isKernel: Bool { number == 128 }

  /// BUS_ADRALN: the processor's alignment check, for which x86 kernels know no address.
  package var isMisaligned: Bool { signal == .bus && number == 1 }

  /// `SEGV_MAPERR`; a number without a name is written as the number.
  public var description: String {
    SignalCode.general[number] ?? SignalCode.special[signal]?[number] ?? String(number)
  }

  /// From a name as `description` writes it; nil if the signal has no such code.
  package init?(named name: String, of signal: Signal) {
    let tables = [SignalCode.general, SignalCode.special[signal] ?? [:]]
    let known = tables.lazy.compactMap { table in table.first { $0.value == name }?.key }.first
    guard let number = known ?? CInt(name) else { return nil }
    self.init(number, of: signal)
  }

  // include/uapi/asm-generic/siginfo.h; Glibc's Swift overlay does not import all of them.
  private static let general: [CInt: String] = [
    0: "SI_USER", -1: "SI_QUEUE", -2: "SI_TIMER", -3: "SI_MESGQ", -4: "SI_ASYNCIO",
    -5: "SI_SIGIO", -6: "SI_TKILL", 128: "SI_KERNEL",
  ]
  private static let special: [Signal: [CInt: String]] = [
    .segv: [
      1: "SEGV_MAPERR", 2: "SEGV_ACCERR", 3: "SEGV_BNDERR", 4: "SEGV_PKUERR", 8: "SEGV_MTEAERR",
      9: "SEGV_MTESERR", 10: "SEGV_CPERR",
    ],
    .bus: [1: "BUS_ADRALN", 2: "BUS_ADRERR", 3: "BUS_OBJERR"],
    .ill: [
      1: "ILL_ILLOPC", 2: "ILL_ILLOPN", 3: "ILL_ILLADR", 4: "ILL_ILLTRP", 5: "ILL_PRVOPC",
    ],
    .fpe: [1: "FPE_INTDIV", 2: "FPE_INTOVF", 3: "FPE_FLTDIV"],
    .trap: [1: "TRAP_BRKPT", 2: "TRAP_TRACE"],
    .sys: [1: "SYS_SECCOMP", 2: "SYS_USER_DISPATCH"],
  ]
}
