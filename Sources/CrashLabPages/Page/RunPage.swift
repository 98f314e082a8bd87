internal import CrashLab
internal import CrashLabText
internal import Mustache

/// The page of a run, as it grows.
struct RunPage {
  let machine: Machine
  let catalogue: CaseCollection
  private var records: [CaseRecord] = []
  private var indices: [String: Int] = [:]
  private(set) var summary = RunReport.Summary()

  /// A folder of reports that somebody made up may name any number of cases.
  private static let mostCases = 2000

  private let heading: RunHeading

  init(machine: Machine, catalogue: CaseCollection, heading: RunHeading = RunHeading()) {
    self.machine = machine
    self.heading = heading
    self.catalogue = catalogue
  }

  mutating func add(_ trial: TrialReport) {
    summary.add(trial.verdict)
    let name = shortened(trial.case ?? trial.command?.joined(separator: " ") ?? "command")
    if indices[name] == nil {
      guard records.count < RunPage.mostCases else { return }
      indices[name] = records.count
      records.append(CaseRecord(name))
    }
    records[indices[name]!].add(trial)
  }

  // MARK: - What the template reads

  func html(duration: Double) -> String {
    var summary = summary
    summary.duration = duration
    let folders = self.folders
    return Templates.page.render(
      [
        "style": Templates.style,
        "title": "crashlab: \(RunPage.sentence(summary))",
        "sentence": RunPage.sentence(summary),
        "duration": "\(grouped(rounded(duration / 1000))) ms",
        "isRun": summary.total > 0,
        "heading": heading.values,
        "contentsName": "Cases", "contentsAt": "overview-title",
        "contents": folders.map(\.contents),
        "machine": MachineValues.rows(machine),
        "verdicts": verdictFilters(in: folders),
        "folders": folders.map(\.values),
        "folderRules": folders.map { ["id": $0.id] as Values },
      ] as Values)
  }

  private static func sentence(_ summary: RunReport.Summary) -> String {
    // Reports of programs that are no cases: nothing was expected of them.
    if summary.total == 0 { return "Reports of crashes" }
    var parts = ["\(grouped(summary.asExpected)) of \(grouped(summary.total)) as expected"]
    if summary.notAsExpected > 0 { parts.append("\(grouped(summary.notAsExpected)) not") }
    if summary.skipped > 0 { parts.append("\(grouped(summary.skipped)) skipped") }
    if summary.laboratoryErrors > 0 {
      parts.append(summary.laboratoryErrorsInWords)
    }
    return parts.joined(separator: ", ")
  }

  private struct Folder {
    var id: String
    var name: String
    var entries: [CaseValues]

    var values: Values {
      [
        "id": id, "name": name, "count": entries.count,
        "cases": entries.map(\.values),
      ]
    }

    var contents: Values {
      ["id": id, "name": name, "entries": entries.map(\.entry)]
    }
  }

  /// Of the catalogue's folders, in its order, those of which something ran, and one for what is in
  /// none.
  private var folders: [Folder] {
    var folders: [Folder] = catalogue.folders.compactMap { folder in
      let entries = folder.cases.compactMap { crashCase in
        indices[crashCase.name].map {
          CaseValues(
            crashCase: crashCase, record: records[$0], folder: folder.name,
            id: "case-\(crashCase.name)", machine: machine)
        }
      }
      return entries.isEmpty ? nil : Folder(id: folder.name, name: folder.name, entries: entries)
    }
    let others = records.enumerated().filter { catalogue[$0.element.name] == nil }
    if !others.isEmpty {
      folders.append(
        Folder(
          id: "other", name: folders.isEmpty ? "programs" : "not in the catalogue",
          entries: others.map { index, record in
            CaseValues(
              crashCase: nil, record: record, folder: "other", id: "other-\(index)",
              machine: machine)
          }))
    }
    return folders
  }

  private func verdictFilters(in folders: [Folder]) -> [Values] {
    let shown = folders.flatMap(\.entries).map(\.verdict)
    return VerdictWords.all.compactMap { words in
      let count = shown.count { $0 == words }
      return count == 0
        ? nil : ["id": words.id, "mark": words.mark, "name": words.name, "count": count]
    }
  }
}
