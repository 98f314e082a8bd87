import ArgumentParser
import Catalogue
import CrashLab
import CrashLabPages
import CrashLabText
import Glibc

extension RunOptions {
  /// Runs the cases and reports them. Throws the exit status that the command ends with.
  func run(_ cases: [CrashCase]) throws {
    let machine = Machine.current()
    let laboratory = try Laboratory(options: laboratoryOptions(machine), machine: machine)
    let seed = seed ?? (shuffle ? UInt64.random(in: 0..<1_000_000) : nil)
    if let seed { complain("shuffled with --seed \(seed)") }
    let plan = PlannedTrial.plan(cases, repeating: self.repeat, seed: seed)
    try report(plan.count, of: cases.map(\.name), on: machine) {
      try laboratory.run(plan, result: $0)
    }
  }

  /// Runs programs, one after the other, and reports them in the same way.
  func run(_ programs: [ProgramCase]) throws {
    let total = self.repeat * programs.count
    try report(total, of: programs.map(\.name), on: .current()) { tell in
      for attempt in 1...self.repeat {
        for program in programs {
          try tell(program.trial(attempt: attempt, timeout: timeout, showsOutput: showOutput))
        }
      }
    }
  }

  private func report(
    _ total: Int, of names: [String], on machine: Machine,
    _ run: ((TrialResult) throws -> Void) throws -> Void
  ) throws {
    if let html { try checkWritable(html) }
    let folder = noSave ? nil : try RunFolder.create(in: output, machine: machine)
    try folder?.save(commandLine: RunFolder.ownCommandLine)
    var reporter = makeReporter(names, machine: machine)
    let heading = RunHeading(
      date: RunFolder.now(), run: (folder?.path).map(lastComponent),
      command: RunFolder.ownCommandLine)
    var page =
      html == nil ? nil : PageReporter(machine: machine, catalogue: catalogue, heading: heading)
    var progress = Progress(total: total)
    var summary = RunReport.Summary()
    let started = monotonicTime()
    var duration: Double { Double(monotonicTime() - started) / 1000 }
    do {
      try run { result in
        let report = TrialReport(result)
        progress.clear()
        summary.add(report.verdict)
        try folder?.save(report)
        try Output.standard.write(reporter.trial(report))
        _ = page?.trial(report)
        progress.advance()
      }
    } catch {
      progress.clear()
      // What was seen until then is still true, and half a document is no document.
      if let end = try? reporter.end(duration: duration) { try? Output.standard.write(end) }
      throw error
    }
    progress.clear()
    try Output.standard.write(reporter.end(duration: duration))
    if var page, let html { try writeWhole(page.end(duration: duration), to: html) }
    if format == .text, let folder {
      try Output.standard.write("reports in \(folder.path): crashlab report shows them\n")
      if let note = RunFolder.noteOfSize(output) { complain(note) }
    }
    if summary.laboratoryErrors > 0 { throw ExitCode(EX_SOFTWARE) }
    if summary.notAsExpected > 0 { throw ExitCode(1) }
    if summary.asExpected == 0, summary.skipped > 0 {
      complain("nothing ran: each trial was skipped, for the reason that stands beside it")
      throw ExitCode(1)
    }
  }

  private func laboratoryOptions(_ machine: Machine) -> Laboratory.Options {
    var options = Laboratory.Options(jobs: jobs ?? machine.cores, timeout: timeout)
    options.showOutput = showOutput
    options.memoryLimit = childMemory << 20
    options.fileLimit = childFile << 20
    options.measureHandlerStack = measureHandler
    options.naming = !noSave || format == .json
    options.observeAll = observeAll
    options.unwinding = unwinding
    return options
  }

  private func makeReporter(_ names: [String], machine: Machine) -> any Reporter {
    switch format {
    case .text:
      TextReporter(
        theme: .suited(to: .standard), caseNames: names,
        width: Output.standard.terminalWidth, isVerbose: self.repeat == 1,
        options: changingATrial)
    case .json: JSONReporter(machine: machine)
    case .junit: JUnitReporter { catalogue.folder(of: $0) }
    case .github: GitHubReporter { catalogue.folder(of: $0) }
    }
  }
}

/// What a body reads that the user has named; a file or a process that can't be read is told, and ends
/// the command with the status for that.
func reading<Value>(_ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch let error as SystemError {
    complain(error.withAdvice)
    throw ExitCode(EX_NOINPUT)
  }
}

/// Something to say that is not the result.
func complain(_ text: String) {
  try? Output.error.write("crashlab: \(text)\n")
}
