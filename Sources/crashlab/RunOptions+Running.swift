import ArgumentParser
import CHarness
import Catalogue
import CrashLab
import CrashLabPages
import Glibc

extension RunOptions {
  /// Runs the cases and reports them. Throws the exit status that the command ends with.
  func run(_ cases: [CrashCase]) throws {
    let machine = Machine.current()
    let folder = noSave ? nil : try RunFolder.create(in: output, machine: machine)
    let laboratory = try Laboratory(options: laboratoryOptions(machine), machine: machine)
    let seed = seed ?? (shuffle ? UInt64.random(in: 0..<1_000_000) : nil)
    if let seed { complain("shuffled with --seed \(seed)") }
    let plan = PlannedTrial.plan(cases, repeating: self.repeat, seed: seed)
    var reporter = makeReporter(cases, machine: machine)
    var page = exportHtml.map {
      PageReporter(path: $0, machine: machine, catalogue: catalogue)
    }
    var progress = Progress(total: plan.count)
    var summary = RunReport.Summary()
    let started = clab_now()
    var duration: Double { Double(clab_now() - started) / 1000 }
    do {
      try laboratory.run(plan) { report in
        progress.clear()
        summary.add(report.verdict)
        try folder?.save(report)
        try reporter.trial(report)
        page?.trial(report)
        progress.advance()
      }
    } catch {
      progress.clear()
      // What was seen until then is still true, and half a document is no document.
      try? reporter.end(duration: duration)
      throw error
    }
    progress.clear()
    try reporter.end(duration: duration)
    try page?.end(duration: duration)
    if format == .text, let folder {
      try Output.standard.write("reports in \(folder.path): crashlab report shows them\n")
    }
    if summary.exitStatus != 0 { throw ExitCode(summary.exitStatus) }
  }

  private func laboratoryOptions(_ machine: Machine) -> Laboratory.Options {
    var options = Laboratory.Options(jobs: jobs ?? machine.cores, timeout: timeout)
    options.showOutput = showOutput
    options.memoryLimit = childMemory << 20
    options.fileLimit = childFile << 20
    options.measureHandlerStack = measureHandler
    options.naming = !noSave || format == .json
    options.observeAll = observeAll
    options.unwinding =
      switch unwinding {
      case .folded: CLAB_UNWIND_FOLDED
      case .plain: CLAB_UNWIND_PLAIN
      case .none: CLAB_UNWIND_NONE
      case .oracle: CLAB_UNWIND_ORACLE
      }
    return options
  }

  private func makeReporter(_ cases: [CrashCase], machine: Machine) -> any Reporter {
    switch format {
    case .text:
      TextReporter(
        output: .standard, theme: .suited(to: .standard), caseNames: cases.map(\.name),
        isVerbose: self.repeat == 1)
    case .json: JSONReporter(output: .standard, machine: machine)
    case .junit: JUnitReporter(output: .standard) { catalogue.folder(of: $0) }
    case .github: GitHubReporter(output: .standard) { catalogue.folder(of: $0) }
    }
  }
}

/// Something to say that is not the result.
func complain(_ text: String) {
  try? Output.error.write("crashlab: \(text)\n")
}
