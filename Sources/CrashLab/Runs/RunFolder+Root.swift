internal import Glibc

extension RunFolder {
  /// Where the reports of crashes are kept: beside those of trials if the working folder has them, else
  /// where the user's programs keep such things (XDG Base Directory Specification). Nil without a home.
  package static func rootOfCrashes() -> String? {
    var status = stat()
    if stat(besideTrials, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return besideTrials }
    return rootOfUser
  }

  /// The folders that reports are looked for in, those that are not there included.
  package static var roots: [String] { [besideTrials] + [rootOfUser].compactMap { $0 } }

  package static let besideTrials = ".crashlab"

  private static var rootOfUser: String? {
    func folder(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return folder("XDG_STATE_HOME").map { "\($0)/crashlab" }
      ?? folder("HOME").map { "\($0)/.local/state/crashlab" }
  }

  /// The local time, as `start(of:)` tells it.
  package static func now() -> String { start(of: startingName(process: 0)) ?? "" }

  /// Makes a folder and those above it, for its owner alone; what is there stays as it is.
  package static func makeRoot(_ path: String) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/\(part)"
      mkdir(made, 0o700)
    }
  }
}
