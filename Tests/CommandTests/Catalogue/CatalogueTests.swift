import Catalogue
import Foundation
import TestSupport
import Testing

@testable import CrashLab

/// The heart of it: every case as its expectation says, in debug and in release.
@Suite struct CatalogueTests {
  @Test(arguments: catalogue.all.map(\.name), Build.allCases)
  func behavesAsExpected(name: String, build: Build) throws {
    let trial = try #require(try WholeCatalogue.trial(name, build))
    if trial.verdict == .skipped {
      #expect(trial.reason?.isEmpty == false, "a skip without a reason")
    } else {
      #expect(trial.verdict == .asExpected, "\(trial.mismatches)")
    }
  }

  /// A signal ends all threads of the process and no other process.
  @Test(arguments: catalogue.all.filter(\.mustDie).map(\.name), Build.allCases)
  func deathIsOfTheWholeProcess(name: String, build: Build) throws {
    let trial = try #require(try WholeCatalogue.trial(name, build))
    if trial.verdict == .skipped { return }
    let death = try #require(trial.death)
    #expect(death.processDied)
    #expect(death.threadsAfter == 0)
    #expect(death.controlProcessAlive == true)
    let bystanders = try #require(catalogue[name]).bystanders
    #expect(death.bystanders == bystanders)
    if bystanders > 0 {
      #expect(death.bystandersStopped == true)
      #expect(death.beats.after == death.beats.afterAgain)
      #expect(death.beats.after.allSatisfy { $0 > 0 })
    }
    if trial.faults.contains(where: \.handled) {
      #expect(death.beats.wereBeating, "the bystanders did not beat while the process was parked")
    }
  }

  @Test(arguments: catalogue.all.filter(\.mustSurvive).map(\.name), Build.allCases)
  func survivorsGoOn(name: String, build: Build) throws {
    let trial = try #require(try WholeCatalogue.trial(name, build))
    if trial.verdict == .skipped { return }
    let death = try #require(trial.death)
    #expect(!death.processDied)
    #expect(trial.finished)
    if death.bystanders > 0 { #expect(death.beats.wereBeating) }
  }

  /// The handler and the observer tell the same of every fault: where they differ, the trial is an
  /// error of the laboratory.
  @Test func twoWitnessesAgree() throws {
    let result = try Command(build: .debug).run(["all", "--no-save", "--observe-all"])
    #expect(result.status == 0, "\(result.output)")
  }

  /// An expectation that is wrong must be seen to be wrong.
  @Test(arguments: catalogue.all.map(\.name))
  func wrongExpectationFails(name: String) throws {
    let trial = try #require(try WholeCatalogue.trial(name, .debug))
    if trial.verdict == .skipped { return }
    let seen = TrialResult(trial)
    var expectation = try #require(catalogue[name]).expectation
      .resolved(on: WholeCatalogue.report(.debug).machine)
    // A case that names its program's file names that of the tests here.
    let ownFile = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().lastPathComponent
    for index in expectation.faults.indices
    where expectation.faults[index].site.mapping == ownFile {
      expectation.faults[index].site.mapping = try Command().executable.lastPathComponent
    }
    #expect(Judgement.judge(expectation, seen: seen).verdict == .asExpected)
    for (what, wrong) in expectation.mutations {
      #expect(
        Judgement.judge(wrong, seen: seen).verdict == .notAsExpected,
        "a wrong \(what) was not noticed")
    }
  }

  /// The headers of the C bodies are what `.github/generate declarations` makes of them.
  @Test func declarationsAreThoseOfTheBodies() throws {
    let generate = PackageFolder.file(".github/generate")
    let result = try Command(path: generate.path).run(["--check", "declarations"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  /// One file a case, and every file in the list.
  @Test func listHoldsEveryFile() throws {
    let root = PackageFolder.file("cases")
    for folder in catalogue.folders {
      let files = try FileManager.default
        .contentsOfDirectory(atPath: root.appendingPathComponent(folder.name).path)
        .filter { $0.hasSuffix(".swift") }.map { String($0.dropLast(6)) }
      #expect(Set(files) == Set(folder.cases.map(\.name)), "in \(folder.name)")
    }
    let folders = try FileManager.default.contentsOfDirectory(atPath: root.path)
      .filter { name in !name.contains(".") && name != "native" && name != "shared" }
    #expect(Set(folders) == Set(catalogue.folders.map(\.name)))
    #expect(Set(catalogue.all.map(\.name)).count == catalogue.all.count)
  }
}

extension CrashCase {
  var mustDie: Bool { if case .killed = expectation.ending { true } else { false } }
  var mustSurvive: Bool { expectation.ending == .survives }
}

extension CrashLab.Expectation {
  /// The expectation with one thing wrong, each.
  var mutations: [(String, CrashLab.Expectation)] {
    var result: [(String, CrashLab.Expectation)] = []
    func add(_ what: String, _ change: (inout CrashLab.Expectation) -> Void) {
      var wrong = self
      change(&wrong)
      result.append((what, wrong))
    }
    add("ending") { $0.ending = ending == .survives ? .killed(.segv) : .survives }
    add("number of faults") { $0.faults.append(.init(.segv, site: .init(.nullPage))) }
    add("corruption") { $0.corruption.append(.init("nothing", of: "nobody")) }
    add("counter") { $0.counters["no such counter"] = 1...1 }
    for index in faults.indices {
      add("signal") { $0.faults[index].signal = faults[index].signal == .segv ? .bus : .segv }
      add("site") {
        $0.faults[index].site.kind = faults[index].site.kind == .unmapped ? .guard : .unmapped
      }
      add("handling") { $0.faults[index].handled = faults[index].handled != true }
      if faults[index].outcome != nil {
        add("reason") { $0.faults[index].outcome = .endedProcess }
        add("alternate stack") { $0.faults[index].alternateStack = "no such memory" }
      }
      add("code") { $0.faults[index].code = faults[index].code == .user ? .queue : .user }
      add("owner") { $0.faults[index].site.owner = .init(kind: .coroutine, name: "nobody") }
      add("overshoot") { $0.faults[index].site.overshoot = -2 ... -1 }
      add("frames") { $0.faults[index].frames.append("no_such_function") }
    }
    return result
  }
}
