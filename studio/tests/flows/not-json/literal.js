module.exports = {
  description: 'x',
  states: [],
};
