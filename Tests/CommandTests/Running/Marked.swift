import Foundation

/// Every process that a laboratory's trials have started bears its mark, wherever it hides: a soft
/// limit of RLIMIT_LOCKS whose low 22 bits are the laboratory's process identifier.
func processesMarked(by laboratory: Int32) -> [Int32] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return names.compactMap { Int32($0) }.filter { process in
    guard isAlive(process), let mark = mark(of: process) else { return false }
    return mark & 0x3f_ffff == UInt64(laboratory) && mark >> 22 > 0
  }
}

private func mark(of process: Int32) -> UInt64? {
  let limits = try? String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
  return limits?.split(separator: "\n").first { $0.hasPrefix("Max file locks") }?
    .split(separator: " ").dropFirst(3).first.flatMap { UInt64($0) }
}
