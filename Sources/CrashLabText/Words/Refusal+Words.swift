internal import CrashLabModel

extension FaultReport {
  /// `refused: the operand of 'movaps %xmm0,0x1(%rdi)' at 0x7ffe5d01 is not aligned`; nil where the
  /// kernel told an address.
  var refusalInWords: String? {
    let name = instruction.map { "'\(printable($0.text))'" }
    let operand = instruction?.operandAddress.map { " at \($0)" } ?? ""
    if site.kind == .nonCanonical {
      let place = instruction?.operandAddress ?? (name == nil ? programCounter : nil)
      return "at \(place.map { "the non-canonical address \($0)" } ?? "a non-canonical address")"
        + (name.map { ", in \($0)" } ?? "")
    }
    guard site.kind == .refused else { return nil }
    let subject = name ?? "the instruction"
    switch refusal {
    case .misalignedOperand: return "refused: the operand of \(subject)\(operand) is not aligned"
    case .privilegedInstruction: return "refused: \(subject) may not be executed in user mode"
    case .badSelector: return "refused: \(subject) loads a bad segment selector"
    case .softwareInterrupt:
      return "refused: \(subject) raises an interrupt that user mode may not raise"
    case .overflowInterrupt: return "refused: \(subject) raises the exception for an overflow (#OF)"
    case .notPermitted:
      let by = instruction.flatMap { permission(of: $0.text) } ?? ""
      return "refused: \(subject) may be executed only with the kernel's permission\(by)"
    case .signalFrame:
      return "the kernel could not deliver the signal before, at \(subject)"
    case .unknown, nil:
      return "refused for a reason that is unknown, at \(subject)"
    }
  }
}

extension SignalFrame {
  /// `no room for the frame of SIGALRM, which needs 3.6 KiB; 1.1 KiB were left`
  var inWords: String {
    let whose = signal?.description ?? "a signal"
    return "no room for the frame of \(whose), which needs "
      + "\(bytesInWords(needed)); \(bytesInWords(available)) were left"
  }
}

/// What gives or takes the permission to execute it: ` (prctl(PR_SET_TSC))`.
private func permission(of instruction: String) -> String? {
  switch instruction.split(separator: " ").first {
  case "rdtsc", "rdtscp": " (prctl(PR_SET_TSC), which seccomp's strict mode also sets)"
  case "cpuid": " (arch_prctl(ARCH_SET_CPUID))"
  case "rdpmc": " and for a counter that is there (perf_event_open(2))"
  default: " for the port (ioperm(2))"
  }
}
