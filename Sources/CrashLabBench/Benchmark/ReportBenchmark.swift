internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// How long somebody waits for a report: of a program that overflows its stack, of its dump, and of
/// every function of a library; the command's whole run, beside others that read the same.
package struct ReportBenchmark: Benchmark {
  package var rounds: Int
  /// Arguments with which this program overflows its main stack.
  package var overflowArguments: [String]

  /// Also others that read the same; they take seconds.
  package var hasPeers: Bool

  package init(rounds: Int, overflowArguments: [String], hasPeers: Bool = true) {
    self.rounds = rounds
    self.overflowArguments = overflowArguments
    self.hasPeers = hasPeers
  }

  /// Swift's own backtracer would look before all others.
  private static let environment = ["DEBUGINFOD_URLS=", "SWIFT_BACKTRACE=enable=no"]
  /// Seconds for one run.
  private static let patience = 20.0

  private var millisecondsARound: Double { hasPeers ? 20_000 : 700 }

  package var plannedMilliseconds: Double { Double(rounds) * millisecondsARound }

  /// A program that reads, and what it writes if it has read.
  private struct Reader {
    var name: String
    var words: [String]
    var sign: String
  }

  private struct Subject {
    var name: String
    var limit: String
    var readers: [Reader]
  }

  package func run(session: MeasurementSession) throws -> BenchmarkReport {
    var table = FigureTable()
    var absent: Set<String> = []
    var notes: [String] = []
    let folder = try DumpFolder()
    let dump = try folder.dump(of: [PeerProcess.ownProgram] + overflowArguments, session)
    if dump == nil { notes.append("report.core: no dump was written to the working directory") }
    let subjects = subjects(dump: dump)
    for _ in 0..<rounds where session.goesOn {
      for subject in subjects {
        let readers = hasPeers ? subject.readers[...] : subject.readers.prefix(1)
        for reader in readers where session.goesOn {
          let name = "report.\(subject.name).\(reader.name)"
          guard PeerProcess.isInstalled(reader.words[0]) || reader.words[0].hasPrefix("/") else {
            absent.insert(name)
            continue
          }
          if absent.contains(name) { continue }
          let process = try PeerProcess(
            reader.words, environment: Self.environment, patience: Self.patience,
            session: session
          ) { line in line.starts(with: reader.sign.utf8) }
          guard session.goesOn else { break }
          if process.timedOut || process.lines == 0 {
            absent.insert(name)
            notes.append(
              process.timedOut
                ? "\(name): not done after \(Int(Self.patience)) s"
                : "\(name): it does not write what was looked for ('\(reader.sign)')")
          } else {
            table.add(name, process.duration)
          }
        }
      }
      session.advance(by: millisecondsARound)
    }
    return BenchmarkReport(
      machine: .current(), benchmarks: table.figures, absent: absent.sorted(),
      notes: subjects.map { "report.\($0.name): limit \($0.limit)" } + notes)
  }

  private func subjects(dump: String?) -> [Subject] {
    let own = PeerProcess.ownProgram
    let program = [own] + overflowArguments
    let gdb = ["gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off"]
    var subjects = [
      Subject(
        name: "exec", limit: "1 s with 500 MB of debug information",
        readers: [
          Reader(name: "crashlab", words: [own, "exec", "--"] + program, sign: "stack overflow"),
          Reader(
            name: "gdb", words: gdb + ["-ex", "run", "-ex", "bt -3", "--args"] + program, sign: "#"),
        ]),
      Subject(
        name: "frames", limit: "1 s for 100 MB",
        readers: [
          Reader(name: "crashlab", words: [own, "frames", own], sign: own),
          Reader(name: "objdump", words: ["objdump", "-d", "--no-show-raw-insn", own], sign: own),
        ]),
    ]
    if let dump {
      subjects.append(
        Subject(
          name: "core", limit: "10 ms for 105,000 frames, the command's own start aside",
          readers: [
            Reader(name: "crashlab", words: [own, "core", dump, own], sign: "stack overflow"),
            Reader(name: "gdb", words: gdb + ["-ex", "bt -3", own, dump], sign: "#"),
            Reader(
              name: "eu-stack", words: ["eu-stack", "--core=\(dump)", "-e", own, "-n", "0"],
              sign: "#"),
          ]))
    }
    return subjects
  }
}

/// A folder for one dump, gone with its value.
private final class DumpFolder {
  private let path: String

  init() throws(SystemError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let template = strdup("\(parent)/crashlab-bench-XXXXXX")
    defer { free(template) }
    guard let template, mkdtemp(template) != nil else { throw SystemError("mkdtemp", parent) }
    path = String(cString: template)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Nil if the kernel has put it elsewhere, or has written none (core(5)).
  func dump(of program: [String], _ session: MeasurementSession) throws(SystemError) -> String? {
    let shell = "cd \"$0\" && ulimit -c unlimited && exec \"$@\""
    _ = try PeerProcess(
      ["/bin/sh", "-c", shell, path] + program, patience: 60, session: session
    ) { _ in false }
    return names.first.map { "\(path)/\($0)" }
  }

  private var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
