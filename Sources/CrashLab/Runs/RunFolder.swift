internal import CHarness
package import CrashLabModel
internal import Glibc

/// A folder with one JSON file a trial. A file is there whole or not at all: it is written under
/// another name first.
///
/// The folder is made for one run alone and held open: whoever renames it, or puts a link in its
/// place, redirects nothing.
package final class RunFolder: Sendable {
  /// Where it was made.
  package let path: String
  private let machine: Machine
  private let directory: CInt

  private init(path: String, directory: CInt, machine: Machine) {
    self.path = path
    self.directory = directory
    self.machine = machine
  }

  deinit { close(directory) }

  /// Makes `root/2026-11-24T07.30.00-1234/`: the start, and the process that made it. Only its owner
  /// may look into it, as the files hold bytes of a program's memory.
  package static func create(in root: String, machine: Machine) throws(SystemError) -> RunFolder {
    if mkdir(root, 0o777) != 0 && errno != EEXIST {
      throw SystemError("mkdir", root, for: .makeRunFolder)
    }
    let above = try system("open", root, for: .makeRunFolder) {
      open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { close(above) }
    let name = try make(startingName(process: getpid()), in: above, root: root)
    let directory = try system("open", "\(root)/\(name)", for: .makeRunFolder) {
      openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    let folder = RunFolder(path: "\(root)/\(name)", directory: directory, machine: machine)
    // Whoever may write to the root may have put another one there meanwhile.
    var status = stat()
    guard fstat(directory, &status) == 0, status.st_uid == geteuid() else {
      throw SystemError("open", folder.path, code: EEXIST, for: .makeRunFolder)
    }
    return folder
  }

  /// The name of a run in local time.
  ///
  /// - Parameter start: seconds since 1970; nil: now.
  static func startingName(process: pid_t, at start: Int? = nil) -> String {
    var now = start ?? time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    let text = String(unsafeUninitializedCapacity: 64) {
      $0.withMemoryRebound(to: CChar.self) {
        strftime($0.baseAddress!, $0.count, "%Y-%m-%dT%H.%M.%S", &parts)
      }
    }
    return "\(text)-\(process)"
  }

  /// Makes a folder that was not there, with a number at the end of its name where it must be.
  ///
  /// - Returns: its name.
  private static func make(
    _ name: String, in above: CInt, root: String
  ) throws(SystemError) -> String {
    for number in 1...100 {
      let candidate = number == 1 ? name : "\(name)-\(number)"
      if mkdirat(above, candidate, 0o700) == 0 { return candidate }
      if errno != EEXIST { break }
    }
    throw SystemError("mkdir", "\(root)/\(name)", for: .makeRunFolder)
  }

  /// Writes the report of one trial.
  package func save(_ report: TrialReport) throws {
    try replaceWhole(
      JSON.text(of: TrialFile(machine: machine, trial: report)), in: directory,
      name: RunFolder.fileName(report.case ?? RunFolder.nameOfCommand, report.attempt),
      for: .saveReport)
  }

  /// Writes with which command line the run was made.
  package func save(commandLine: String) throws {
    try replaceWhole(
      commandLine + "\n", in: directory, name: RunFolder.nameOfCommandLine, for: .saveReport)
  }

  // MARK: - Reading what earlier runs have left

  /// The names of the run folders, oldest first; empty if there is no root. A name tells the second
  /// of the start; of one second's, the folder that was changed last is the latest.
  package static func list(in root: String) -> [String] {
    let names = entries(of: root).filter { !$0.hasPrefix(".") }
    let runs = names.map { name in
      (start: String(name.prefix(19)), changed: lastChange(of: "\(root)/\(name)"), name: name)
    }
    return runs.sorted { $0 < $1 }.map(\.name)
  }

  /// In nanoseconds; 0 if it can't be told.
  private static func lastChange(of path: String) -> Int {
    var status = stat()
    guard lstat(path, &status) == 0 else { return 0 }
    return status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
  }

  /// The trials of a run that can be read, by name of their files, and what is wrong with others.
  package static func trials(in path: String) -> (files: [TrialFile], broken: [String]) {
    var files: [TrialFile] = []
    let broken = forEachTrial(in: path) { files.append($0) }
    return (files, broken)
  }

  /// Reads the trials of a run one after the other, by name of their files, so that a long run
  /// needs no more memory than a short one. Returns what is wrong with those that can't be read.
  package static func forEachTrial(
    in path: String, _ body: (TrialFile) throws -> Void
  ) rethrows -> [String] {
    var broken: [String] = []
    for name in entries(of: path).sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
      let file: TrialFile
      do {
        file = try read("\(path)/\(name)")
      } catch {
        broken.append("\(printable(name)): \(printable("\(error)"))")
        continue
      }
      try body(file)
    }
    return broken
  }

  /// The names of the cases that a run has files of, from the files' names alone.
  package static func caseNames(in path: String) -> Set<String> {
    Set(
      entries(of: path).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.compactMap {
        $0.split(separator: ".").first.map(String.init)
      })
  }

  /// One trial of a run; nil if the run has none of that name.
  package static func trial(
    _ caseName: String, attempt: Int, in path: String
  ) throws -> TrialFile? {
    let name = fileName(caseName, attempt)
    return entries(of: path).contains(name) ? try read("\(path)/\(name)") : nil
  }

  /// With which command line a run was made, as a shell reads it; nil if that is not known.
  package static func commandLine(of path: String) -> String? {
    guard let bytes = try? readRegularFile("\(path)/\(nameOfCommandLine)", atMost: 1 << 20) else {
      return nil
    }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first
    return line.map(String.init)
  }

  static let nameOfCommandLine = "command-line"

  /// When a run began, as its name says it: `2026-11-24 07:30:00`; nil for other names.
  package static func start(of name: String) -> String? {
    guard isNameOfRun(name) else { return nil }
    let (date, time) = (name.prefix(10), name.dropFirst(11).prefix(8))
    return "\(date) \(String(time).replacing(".", with: ":"))"
  }

  /// The same in seconds since 1970; an hour off in the one that a clock put back repeats.
  package static func startTime(of name: String) -> Int? {
    guard isNameOfRun(name) else { return nil }
    let numbers = name.split { !$0.isNumber }.prefix(6).compactMap { CInt($0) }
    guard numbers.count == 6 else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
    parts.tm_isdst = -1
    let time = mktime(&parts)
    return time < 0 ? nil : time
  }

  /// How the files of a program begin that is no case.
  package static let nameOfCommand = "command"

  private static func fileName(_ caseName: String, _ attempt: Int) -> String {
    "\(caseName).\(attempt).json"
  }

  /// A report is larger than this only if somebody made it so.
  static let largestReport = 16 << 20

  static func read(_ path: String) throws -> TrialFile {
    try JSON.value(
      TrialFile.self, from: readRegularFile(path, atMost: RunFolder.largestReport))
  }

  static func entries(of path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { names.append(String(cString: $0)) }
      }
    }
    return names
  }
}
