internal import Mustache

/// The templates, parsed once.
struct Templates {
  static let page = Templates(
    main: pageTemplate, parts: ["trial": trialTemplate])
  static let comparison = Templates(
    main: comparisonTemplate,
    parts: ["sides": sidesTemplate, "row": rowTemplate])
  static let claims = Templates(main: claimsTemplate, parts: [:])
  static let sections = Templates(main: sectionsTemplate, parts: [:])

  private let library: MustacheLibrary
  private let isSearched: Bool

  private init(main: String, parts: [String: String]) {
    let shared = [
      "main": main, "head": headTemplate, "opening": openingTemplate,
      "definitions": definitionsTemplate,
      "machine": machineTemplate, "heading": headingTemplate, "contents": contentsTemplate,
      "search": searchTemplate,
    ]
    isSearched = main.contains("{{>search}}")
    let templates = parts.merging(shared) { $1 }.mapValues { MustacheTemplate.page($0) }
    library = MustacheLibrary(templates: templates)
  }

  func render(_ values: Values) -> String {
    let scripts = isSearched ? "'sha256-\(Search.hash)'" : "'none'"
    return library.render(values.merging(["scripts": scripts]) { $1 }, withTemplate: "main") ?? ""
  }
}
