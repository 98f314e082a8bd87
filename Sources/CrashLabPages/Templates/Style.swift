extension Templates {
  /// Light and dark, screen and paper. Colours are checked for contrast by a test.
  static let style = #"""
    :root {
      --paper: #fbfaf7; --card: #ffffff; --ink: #1d1c1a; --soft: #5c5850; --line: #dcd8cf;
      --link: #1b4f8f; --good: #1c6a3d; --bad: #b01f1f; --warn: #7d5300;
      --stack: #9dc0ea; --other: #cdbcec; --map: #dcd6ca; --free: #f3f1ec; --hatch: #e2a39d;
      --hatch-ground: #f9e3e0; --pointer: #6a3fb0;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #161513; --card: #1f1d1b; --ink: #ece9e3; --soft: #aba59b; --line: #3b3834;
        --link: #93bdf5; --good: #84d3a0; --bad: #ff9b91; --warn: #ebbd78;
        --stack: #2f5788; --other: #4f3f7a; --map: #474239; --free: #26241f; --hatch: #8e4a44;
        --hatch-ground: #43251f; --pointer: #c3a6f7;
      }
    }
    * { box-sizing: border-box }
    html { scroll-behavior: smooth; -webkit-text-size-adjust: 100% }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
    body {
      margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 84rem;
      background: var(--paper); color: var(--ink);
      font: 1rem/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif;
      overflow-wrap: anywhere;
    }
    a { color: var(--link) }
    a:focus-visible, input:focus-visible, button:focus-visible, summary:focus-visible,
    .scroll:focus-visible, .culprit:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
    .skip { position: absolute; left: -99rem }
    .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
    .definitions { position: absolute }
    h1 { font-size: clamp(1.6rem, 5vw, 2.5rem); line-height: 1.15; margin: .2rem 0 .6rem }
    h2 { font-size: 1.3rem; margin: 2.5rem 0 .8rem }
    h3 { font-size: 1.1rem; margin: 0 }
    h4 { font-size: 1rem; margin: 1.5rem 0 .5rem }
    p { margin: .5rem 0; max-width: 75ch }
    .brand { font: 600 .95rem ui-monospace, "Liberation Mono", monospace; color: var(--soft) }
    .brand::before { content: "▚ "; color: var(--bad) }
    .lead { color: var(--soft) }
    b { font-weight: 600 }
    code, .address, .frames, .number { font-family: ui-monospace, "Liberation Mono", monospace; font-size: .9em }
    code { background: var(--free); border: 1px solid var(--line); border-radius: 4px; padding: .1rem .4rem }
    .made { margin: .8rem 0 0 } .made div { display: flex; gap: .6rem } .made dd { margin: 0; min-width: 0 }
    .made dt { flex: 0 0 5rem; color: var(--soft); font-size: .85rem; padding-top: .1rem }
    [hidden] { display: none !important }
    .contents { position: sticky; top: 0; z-index: 1; background: var(--paper); display: flex; gap: .8rem; align-items: center; padding: .5rem 0; border-bottom: 1px solid var(--line) }
    .contents p { margin: 0 } .contents .search { display: flex; flex: 1; min-width: 0; gap: .5rem; align-items: center }
    input[type=search] { font: inherit; flex: 1; width: 6rem; min-width: 0; height: 2.2rem; padding: 0 .6rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 8px }
    input::placeholder { color: var(--soft); opacity: 1 } output { color: var(--soft); font-size: .85rem; white-space: nowrap }
    .contents .wide { display: none }
    .contents .group { color: var(--soft); font-size: .85rem; margin: .8rem 0 .1rem }
    .contents ul { list-style: none; margin: 0; padding: 0; font-size: .9rem }
    .contents li a { display: block; padding: .08rem 0 .08rem 1.3rem; text-indent: -1.3rem; text-decoration: none }
    .contents li a:hover { text-decoration: underline } .contents .badge { display: inline-block; width: 1.3rem; text-indent: 0 }
    .case, h2 { scroll-margin-top: 4rem }
    main { min-width: 0 }
    @media screen and (min-width: 64rem) {
      .columns { display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 0 2.5rem; margin-top: 1.5rem }
      .contents { display: block; align-self: start; max-height: 100vh; overflow-y: auto; border: 0; padding: .5rem .5rem 1rem 2px }
      .contents .wide { display: block } .contents .search { margin-bottom: .6rem }
      main > section:first-child h2 { margin-top: .5rem }
      .case, h2 { scroll-margin-top: 1rem }
    }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); gap: .7rem 1.5rem; margin: 0 }
    .facts dt { color: var(--soft); font-size: .85rem }
    .facts dd { margin: 0 }
    .filter { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; margin-bottom: 1.2rem }
    fieldset { border: 1px solid var(--line); border-radius: 8px; padding: .3rem .8rem .6rem; margin: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem }
    legend { color: var(--soft); font-size: .85rem; padding: 0 .3rem }
    label { display: inline-flex; gap: .35rem; align-items: center; min-height: 1.8rem }
    input { accent-color: var(--link); width: 1.05rem; height: 1.05rem }
    .count { color: var(--soft); font-size: .85rem }
    button { font: inherit; color: var(--link); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .45rem .9rem }
    .folder { margin: 0 0 1.2rem }
    .folder h3 { padding-bottom: .3rem; border-bottom: 1px solid var(--line) }
    .overview { list-style: none; margin: 0; padding: 0 }
    .overview li { display: grid; grid-template-columns: 1.6rem minmax(10rem, 15rem) 1fr; gap: 0 .6rem; padding: .35rem 0; border-bottom: 1px solid var(--line) }
    .overview .seen { color: var(--soft); font-size: .92rem }
    .badge { font-weight: 600; white-space: nowrap }
    .good { color: var(--good) } .bad, .error, .bad-text { color: var(--bad) }
    .skipped { color: var(--warn) } .absent, .seen.badge { color: var(--soft) }
    .case { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: clamp(1rem, 3vw, 1.8rem); margin: 0 0 1.5rem }
    .case:target { border-color: var(--link) }
    .case-head { display: flex; flex-wrap: wrap; gap: .2rem .9rem; align-items: baseline }
    .case-head .path { flex-basis: 100%; max-width: none; margin: 0; color: var(--soft); font-size: .85rem }
    .case-head h3 { font-size: 1.25rem }
    .case p > b:first-child { color: var(--soft); font-size: .85rem; display: block; font-weight: 600 }
    figure { margin: 1.4rem 0 }
    figcaption { font-weight: 600; margin-bottom: .6rem; max-width: 75ch }
    .strip { display: block; overflow: visible; margin-top: .2rem }
    .lens { display: block } .lens polygon { fill: var(--line); opacity: .7 }
    .strip rect.free { fill: var(--free); stroke: var(--line) }
    .strip rect.stack { fill: var(--stack) } .strip rect.neighbour { fill: var(--other) }
    .strip rect.mapping { fill: var(--map); stroke: var(--card) } .strip rect.closed, .strip rect.guard { fill: url(#hatch) }
    .hatch-ground { fill: var(--hatch-ground) } .hatch-line { fill: var(--hatch) }
    .word { font: 12px system-ui, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); stroke: var(--card); stroke-width: 3px; paint-order: stroke }
    .word.name, .word.scale { fill: var(--soft) }
    .word.fault { fill: var(--bad); font-weight: 600 } .word.pointer { fill: var(--pointer) }
    .mark { stroke: var(--ink); stroke-width: 1.5 } .mark.fault { stroke: var(--bad); stroke-width: 2.5 }
    .mark.pointer { stroke: var(--pointer); stroke-dasharray: 3 2 }
    line.span, line.scale { stroke: var(--soft) } .axis { stroke: var(--ink); stroke-width: 2 }
    .strip line.grid { stroke: var(--line) }
    .strip line.threads { stroke: var(--link); stroke-width: 2; stroke-dasharray: 5 3 }
    .strip line.processes { stroke: var(--bad); stroke-width: 2 }
    .word.threads { fill: var(--link) } .word.processes { fill: var(--bad) }
    .sentences li { grid-template-columns: 1.6rem minmax(0, 1fr) minmax(8rem, 14rem) }
    .scroll { overflow-x: auto; margin-top: .8rem }
    .addresses .address { white-space: nowrap }
    table { border-collapse: collapse; font-size: .92rem }
    th, td { text-align: left; padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400 }
    .sheet th, .sheet td { overflow-wrap: break-word } .sheet .brief { white-space: nowrap }
    thead th { color: var(--soft); font-size: .85rem }
    .is-fault th, .is-fault td { color: var(--bad); font-weight: 600 }
    .note { color: var(--soft); font-size: .92rem }
    .culprit { white-space: pre-wrap; font: .9em/1.5 ui-monospace, "Liberation Mono", monospace; background: var(--free); border-radius: 8px; padding: .5rem .8rem; margin: .8rem 0 }
    summary { cursor: pointer; padding: .3rem 0 }
    .frames { list-style: none; margin: .3rem 0 0; padding: 0 }
    .frames li { display: grid; grid-template-columns: minmax(4.5rem, auto) 1fr auto; gap: 0 .8rem; padding: .12rem 0; border-bottom: 1px solid var(--line) }
    .frames .index { color: var(--soft); text-align: right } .frames .source { color: var(--soft) }
    .frames .times { color: var(--warn); font-weight: 600 }
    .moments { list-style: none; margin: .4rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1.6rem; font-size: .9rem }
    .after { color: var(--soft) }
    .death .item + .item::before { content: " · "; color: var(--soft) }
    .back { font-size: .9rem; margin-bottom: 0 }
    @media (max-width: 40rem) {
      .overview li { grid-template-columns: 1.4rem 1fr }
      .overview .seen { grid-column: 2 }
      th, td { padding-right: .8rem }
    }
    @media print {
      :root {
        --paper: #fff; --card: #fff; --ink: #1d1c1a; --soft: #5c5850; --line: #dcd8cf;
        --link: #1b4f8f; --good: #1c6a3d; --bad: #b01f1f; --warn: #7d5300;
        --stack: #9dc0ea; --other: #cdbcec; --map: #dcd6ca; --free: #f3f1ec; --hatch: #e2a39d;
        --hatch-ground: #f9e3e0; --pointer: #6a3fb0; color-scheme: light;
      }
      body { max-width: none; padding: 0; font-size: 10pt }
      .filter, .skip, .back, .contents { display: none }
      .case { break-inside: auto; border: 0; border-top: 1px solid #999; border-radius: 0; padding: 1rem 0 }
      figure, table, .overview li { break-inside: avoid }
      .scroll { overflow: visible }
      details::details-content { content-visibility: visible; display: block; height: auto }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
    }
    """#
}
