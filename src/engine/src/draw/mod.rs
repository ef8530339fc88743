//! BPMN diagrams as SVG.
