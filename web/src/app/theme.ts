import {createTheme} from '@mantine/core';

// Colours are in app.css. Locking the scroll would put a <style> element into the page. Components are named, not imported: their code
// comes with the page that shows them.
export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: {
    Checkbox: {defaultProps: {radius: 3}},
    Modal: {defaultProps: {lockScroll: false, centered: true, transitionProps: {duration: 100}}},
    Menu: {defaultProps: {shadow: 'md', transitionProps: {duration: 80}}},
  },
});
