package import CrashLabModel

extension TrialReport {
  /// The command that runs it once more; nil if neither its case nor its program is known.
  ///
  /// - Parameter options: those of `crashlab run` that a case was run with.
  package func commandToSeeAgain(with options: [String] = []) -> String? {
    if let command {
      return (["crashlab", "exec", "--"] + command).map(shellQuoted).joined(separator: " ")
    }
    return `case`.map {
      (["crashlab", "run", $0] + options).map(shellQuoted).joined(separator: " ")
    }
  }
}

/// A word as a shell reads it back.
package func shellQuoted(_ word: String) -> String {
  let plain = word.utf8.allSatisfy {
    ($0 >= 48 && $0 < 58) || ($0 >= 65 && $0 < 91) || ($0 >= 97 && $0 < 123)
      || "-_./=:,+@%".utf8.contains($0)
  }
  if plain && !word.isEmpty { return word }
  return "'"
    + word.split(separator: "'", omittingEmptySubsequences: false)
    .joined(separator: "'\\''") + "'"
}
