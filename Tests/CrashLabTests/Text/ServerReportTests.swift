import Foundation
import FoundationXML
import TestSupport
import Testing

@testable import CrashLab
@testable import CrashLabText

/// What continuous-integration servers read.
@Suite struct ServerReportTests {
  private static func trial(
    _ verdict: TrialReport.Verdict?, text: String = "words"
  ) throws -> TrialReport {
    let file = PackageFolder.file("Tests/Runs/debug-8-mib.json")
    var trial = try #require(
      try JSON.value(RunReport.self, from: Array(Data(contentsOf: file))).trials.first)
    trial.verdict = verdict
    trial.reason = verdict == .asExpected ? nil : text
    trial.summary = text
    trial.mismatches = verdict == .notAsExpected ? [.init(text, expected: text, seen: text)] : []
    return trial
  }

  private static let verdicts: [TrialReport.Verdict?] = [
    .asExpected, .notAsExpected, .skipped, .laboratoryError, nil,
  ]

  /// The rules of junit-10.xsd: which attributes an element must and may have, and what is in it.
  private static let rules: [String: (must: Set<String>, may: Set<String>, children: Set<String>)] =
    [
      "testsuites": ([], ["name", "time", "tests", "failures", "errors"], ["testsuite"]),
      "testsuite": (
        ["name", "tests", "failures", "errors"], ["time", "skipped", "timestamp", "hostname"],
        ["testcase", "properties", "system-out", "system-err"]
      ),
      "testcase": (
        ["name"], ["time", "classname", "group"],
        ["skipped", "error", "failure", "system-out", "system-err"]
      ),
      "failure": ([], ["type", "message"], []), "error": ([], ["type", "message"], []),
      "skipped": ([], ["type", "message"], []), "system-out": ([], [], []),
    ]

  @Test(arguments: ["words", "<&>\"'", "\"\u{301} x=\"", "]]>", "\u{0}\u{1B}[2J\u{FFFE}", "a\nb"])
  func junitKeepsTheSchemaWhateverIsSaid(text: String) throws {
    let trials = try ServerReportTests.verdicts.map { try ServerReportTests.trial($0, text: text) }
    var reporter = JUnitReporter { _ in "arrays" }
    for trial in trials { _ = reporter.trial(trial) }
    for duration in [0, 12.5, 1e-9, 1e18, .infinity] {
      let xml = reporter.text(duration: duration)
      let elements = try Elements(xml).all
      #expect(elements.count { $0.name == "testcase" } == 5)
      #expect(elements.count { $0.name == "failure" } == 1)
      for element in elements {
        let rule = try #require(ServerReportTests.rules[element.name], "\(element.name)")
        let attributes = Set(element.attributes.keys)
        #expect(rule.must.isSubset(of: attributes), "\(element)")
        #expect(attributes.isSubset(of: rule.must.union(rule.may)), "\(element)")
        #expect(Set(element.children).isSubset(of: rule.children), "\(element)")
        if let time = element.attributes["time"] {
          #expect(time.allSatisfy { $0.isNumber || $0 == "." }, "\(time)")
        }
      }
    }
  }

  /// A server shows the counts and never counts by itself.
  @Test(
    arguments: [
      [], [.asExpected], [.notAsExpected], [.laboratoryError], [.skipped], [nil],
      [.notAsExpected, .asExpected, .notAsExpected, .laboratoryError, .notAsExpected, .skipped],
      [.laboratoryError, .laboratoryError, .skipped, .skipped, .skipped, .notAsExpected],
    ] as [[TrialReport.Verdict?]])
  func junitCountsAreThoseOfItsElements(verdicts: [TrialReport.Verdict?]) throws {
    var reporter = JUnitReporter { _ in "arrays" }
    for verdict in verdicts { _ = reporter.trial(try ServerReportTests.trial(verdict)) }
    let elements = try Elements(reporter.text(duration: 1)).all
    for name in ["testsuites", "testsuite"] {
      let attributes = try #require(elements.first { $0.name == name }).attributes
      #expect(attributes["tests"] == "\(verdicts.count)")
      #expect(attributes["failures"] == "\(verdicts.count { $0 == .notAsExpected })")
      #expect(attributes["errors"] == "\(verdicts.count { $0 == .laboratoryError })")
      if name == "testsuite" {
        #expect(attributes["skipped"] == "\(verdicts.count { $0 == .skipped })")
      }
    }
    for (element, attribute) in [
      ("testcase", "tests"), ("failure", "failures"), ("error", "errors"), ("skipped", "skipped"),
    ] {
      let suite = try #require(elements.first { $0.name == "testsuite" })
      #expect(
        suite.attributes[attribute] == "\(elements.count { $0.name == element })", "\(element)")
    }
  }

  @Test func junitNamesTheAttempt() throws {
    var reporter = JUnitReporter { _ in "arrays" }
    for attempt in 1...3 {
      var trial = try ServerReportTests.trial(.asExpected)
      (trial.case, trial.attempt) = ("x", attempt)
      _ = reporter.trial(trial)
    }
    let names = try Elements(reporter.text(duration: 1)).all.compactMap {
      $0.name == "testcase" ? $0.attributes["name"] : nil
    }
    #expect(names == ["x", "x (attempt 2)", "x (attempt 3)"])
  }

  @Test func githubAnnotatesWhatIsNotAsExpected() throws {
    let lines = try ServerReportTests.verdicts.map {
      GitHubReporter.line(for: try ServerReportTests.trial($0)) { _ in "arrays" }
    }
    #expect(lines[0].isEmpty && lines[4].isEmpty)
    #expect(
      lines[1]
        == "::error title=crashlab%3A array-skips-into-nothing,"
        + "file=cases/arrays/array-skips-into-nothing.swift::"
        + "words: expected words, saw words%0A"
        + "to see it again: crashlab run array-skips-into-nothing\n")
    #expect(lines[2].hasPrefix("::notice "))
    #expect(lines[3].hasPrefix("::error "))
  }

  @Test(arguments: [
    "\n::error::forged", "\r\n::set-output name=x::y", "%0A::error::z", "::stop-commands::t",
  ])
  func nobodySpeaksToTheRunnerThroughAReport(text: String) throws {
    let line = GitHubReporter.line(for: try ServerReportTests.trial(.notAsExpected, text: text)) {
      _ in nil
    }
    #expect(line.split(separator: "\n").count == 1)
    #expect(line.split(whereSeparator: \.isNewline).count == 1)
    #expect(line.hasPrefix("::error title="))
    #expect(!line.contains("%0A::"))
  }
}

/// The elements of an XML text; throws if it is not well-formed.
private final class Elements: NSObject, XMLParserDelegate {
  struct Element {
    var name: String
    var attributes: [String: String]
    var children: [String] = []
  }

  private(set) var all: [Element] = []
  private var open: [Int] = []

  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    if let parent = open.last { all[parent].children.append(name) }
    open.append(all.count)
    all.append(Element(name: name, attributes: attributes))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) { open.removeLast() }
}
