internal import CrashLab
internal import CrashLabText

/// What the machine is, in rows.
enum MachineValues {
  static func rows(_ machine: Machine) -> [Values] {
    [
      ("kernel", machine.kernel),
      ("C library", machine.libc),
      ("compiler", "\(machine.swift), \(machine.build) build"),
      ("processor", "\(machine.cpu), \(machine.architecture), \(machine.cores) cores"),
      ("page", bytesInWords(machine.pageSize)),
      ("main stack limit", machine.stackLimit.map(bytesInWords) ?? "unlimited"),
      ("gap below the main stack", bytesInWords(machine.stackGuardGap)),
      ("smallest signal stack", bytesInWords(machine.minimumSignalStack)),
      ("never mapped below", machine.lowestMappable.description),
      ("guard of a thread", machine.threadGuard?.rawValue ?? "not known"),
    ].map { ["name": $0.0, "value": shortened($0.1, to: 120)] }
  }
}
