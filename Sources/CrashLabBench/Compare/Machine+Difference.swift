internal import CrashLab
package import CrashLabModel
internal import CrashLabText

extension Machine {
  /// What of two machines is not the same.
  package struct Difference: Sendable, Codable, Equatable {
    package var what: String
    package var first: String
    package var second: String
  }

  private static func words(_ fact: Bool?, _ yes: String, _ no: String) -> String {
    fact.map { $0 ? yes : no } ?? "not known"
  }

  /// - Parameter first: is named first in each difference.
  func differences(from first: Machine) -> [Difference] {
    let rows: [(String, (Machine) -> String)] = [
      ("kernel", \.kernel), ("C library", \.libc), ("processor", \.cpu),
      ("architecture", \.architecture), ("cores", { String($0.cores) }),
      ("page", { bytesInWords($0.pageSize) }),
      ("main stack limit", { $0.stackLimit.map(bytesInWords) ?? "unlimited" }),
      ("gap below the main stack", { bytesInWords($0.stackGuardGap) }),
      ("smallest signal stack", { bytesInWords($0.minimumSignalStack) }),
      ("never mapped below", \.lowestMappable.description),
      ("guard of a thread", { $0.threadGuard?.rawValue ?? "not known" }),
      ("guards of cached stacks", { Machine.words($0.shrinksCachedGuards, "shrunk", "kept") }),
      ("C library's symbols", { Machine.words($0.librarySymbols, "found", "not found") }),
      ("compiler", \.swift),
      ("build", \.build),
    ]
    return rows.compactMap { what, value in
      value(first) == value(self)
        ? nil : Difference(what: what, first: value(first), second: value(self))
    }
  }
}
